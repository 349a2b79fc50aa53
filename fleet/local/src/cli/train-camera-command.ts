import { writeFile } from "node:fs/promises";
import type { TrainingEngine } from "@sentinel/cloud/training/engine";
import { headEngine } from "@sentinel/cloud/training/head/head-engine";
import { loadCatalog } from "@sentinel/edge-agent/model/catalog";
import { resolveModel } from "@sentinel/edge-agent/model/resolve-model";
import { type Command, InvalidArgumentError, Option } from "commander";
import { modelCacheDir } from "../config.ts";
import { ensureFfmpeg } from "../setup/ensure-ffmpeg.ts";
import { repositoryPath } from "../start/repository.ts";
import { readClipPictures } from "../train-camera/clip-pictures.ts";
import { labelsSchema } from "../train-camera/labels-file.ts";
import { splitFrames } from "../train-camera/split-frames.ts";
import { type TrainCameraResult, trainCamera } from "../train-camera/train-camera.ts";
import { readInputFile } from "./input-file.ts";
import { textTable } from "./text-table.ts";

interface Flags {
  clip: string;
  labels: string;
  split: number;
  reverse?: boolean;
  engine: TrainingEngine["name"];
  model?: string;
  coco: string;
  seed: number;
  out?: string;
  json?: boolean;
}

/** Adds `sentinel train camera`, which trains and judges from files alone. */
export function addTrainCameraCommand(train: Command): void {
  train
    .command("camera")
    .description("train a model for one camera from a labelled clip, and judge it")
    .requiredOption("--clip <file>", "the camera's video")
    .requiredOption("--labels <file>", "what is in its frames: [{frame, boxes: [{classId, box}]}]")
    .option("--split <share>", "the part by time that trains; the rest tests", share, 0.5)
    .option("--reverse", "train on the last part and test on the first")
    .addOption(
      new Option("--engine <name>", "what trains").choices(["head", "tfjs"]).default("head"),
    )
    .option("--model <name>", "model of the catalog, or an .onnx file (default: the catalog's)")
    .option("--coco <folder>", "COCO sample", repositoryPath("../shared/testdata/coco"))
    .option("--seed <number>", "the same seed gives the same model", seed, 1)
    .option("--out <file>", "write the model there")
    .option("--json", "one line of JSON")
    .action(async (flags: Flags) => {
      const result = await run(flags);
      process.stdout.write(`${flags.json === true ? JSON.stringify(result) : shown(result)}\n`);
    });
}

async function run(flags: Flags): Promise<TrainCameraResult> {
  const labels = readInputFile(flags.labels, labelsSchema);
  const split = splitFrames(labels, flags.split, flags.reverse === true);
  const say = sayOnce();
  const ffmpeg = await ensureFfmpeg((text) => say(`ffmpeg: ${text}`));
  const catalogPath = repositoryPath("fleet/state/models.yaml");
  const model = await resolveModel({
    nameOrFile: flags.model ?? (await loadCatalog(catalogPath)).default,
    catalogPath,
    cacheDir: modelCacheDir(),
    onProgress: ({ step }) => say(`model: ${step}`),
  });
  const frames = [...split.train, ...split.validation, ...split.test].map(({ frame }) => frame);
  say(`reading ${frames.length} frames of ${flags.clip}`);
  const pictures = await readClipPictures(flags.clip, frames, ffmpeg);
  const { result, file } = await trainCamera({
    model,
    engine: await engineNamed(flags.engine),
    split,
    pictures,
    cocoFolder: flags.coco,
    seed: flags.seed,
    onStage: (stage) => say(stage),
    onEpoch: ({ epoch, trainLoss, validationAp50 }) =>
      say(
        `epoch ${epoch}: loss ${trainLoss.toFixed(2)}, validation AP50 ${validationAp50.toFixed(3)}`,
      ),
  });
  if (result.cocoApBefore === null) say(`no COCO sample in ${flags.coco}; give --coco FOLDER`);
  if (flags.out !== undefined) await writeFile(flags.out, file);
  return result;
}

async function engineNamed(name: TrainingEngine["name"]): Promise<TrainingEngine> {
  if (name === "head") return headEngine;
  return (await import("@sentinel/cloud/training/tfjs/tfjs-engine")).tfjsEngine;
}

/** Says each thing once on stderr: stdout belongs to the result. */
function sayOnce(): (text: string) => void {
  let said = "";
  return (text) => {
    if (text !== said) process.stderr.write(`${text}\n`);
    said = text;
  };
}

function shown(result: TrainCameraResult): string {
  const figure = (value: number | null) => (value === null ? "–" : value.toFixed(3));
  const [low, high] = result.interval ?? [null, null];
  return textTable(
    ["", "BEFORE", "AFTER"],
    [
      [
        "AP50 on the test part",
        figure(result.ap50Before),
        `${figure(result.ap50After)} (${figure(low)} to ${figure(high)})`,
      ],
      ["AP on COCO", figure(result.cocoApBefore), figure(result.cocoApAfter)],
      ["Seconds", "", result.seconds.toFixed(1)],
    ],
  );
}

function share(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1))
    throw new InvalidArgumentError("A share between 0 and 1, for example 0.5.");
  return value;
}

function seed(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new InvalidArgumentError("A whole number from 0 on.");
  return value;
}
