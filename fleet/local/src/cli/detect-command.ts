import { runDetect } from "@sentinel/edge-agent/detect/detect-command";
import { loadCatalog } from "@sentinel/edge-agent/model/catalog";
import { type Command, InvalidArgumentError } from "commander";
import { modelCacheDir } from "../config.ts";
import { ensureFfmpeg } from "../setup/ensure-ffmpeg.ts";
import { repositoryPath } from "../start/repository.ts";

/** `0,100,200`: numbers of frames, the first being 0. */
function frameNumbers(text: string): number[] {
  const numbers = text
    .split(",")
    .map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : Number.NaN));
  if (numbers.some((value) => !Number.isSafeInteger(value))) {
    throw new InvalidArgumentError("Frame numbers, parted by commas, for example 0,100,200.");
  }
  return numbers;
}

/** Adds `sentinel detect`, which sees pictures with the agent's own eyes. */
export function addDetectCommand(program: Command): void {
  program
    .command("detect")
    .description("find objects in pictures or clips, the way the agent does")
    .argument("<files...>", "pictures or video clips")
    .option("--model <name>", "model of the catalog, or an .onnx file (default: the catalog's)")
    .option(
      "--frames <numbers>",
      "frames of a clip, for example 0,100,200 (default: all)",
      frameNumbers,
    )
    .option("--json", "one JSON line a picture")
    .action(
      async (files: string[], options: { model?: string; frames?: number[]; json?: boolean }) => {
        const catalogPath = repositoryPath("fleet/state/models.yaml");
        const ffmpeg = await ensureFfmpeg((text) => process.stderr.write(`ffmpeg: ${text}\n`));
        process.exitCode = await runDetect(
          {
            files,
            json: options.json === true,
            model: options.model ?? (await loadCatalog(catalogPath)).default,
            ...(options.frames === undefined ? {} : { frames: options.frames }),
            catalogPath,
            cacheDir: modelCacheDir(),
            ffmpegPath: ffmpeg.path,
          },
          {
            out: (line) => process.stdout.write(`${line}\n`),
            err: (line) => process.stderr.write(`${line}\n`),
          },
        );
      },
    );
}
