import { extname } from "node:path";
import { CodedError } from "@sentinel/protocol/coded-error";
import type { Thresholds } from "@sentinel/protocol/model-io/raw-detection";
import { readClipFrames } from "../decode/clip-frames.ts";
import { locateFfmpeg } from "../decode/ffmpeg-location.ts";
import type { RgbFrame } from "../decode/rgb-frame.ts";
import { readStillPicture } from "../decode/still-picture.ts";
import { edgeErrors } from "../errors.ts";
import type { ModelProgress } from "../model/model-progress.ts";
import { resolveModel } from "../model/resolve-model.ts";
import { formatJsonLine, formatReadable } from "./detection-line.ts";
import { DEFAULT_THRESHOLDS, DetectorPool } from "./detector-pool.ts";

/** What `sentinel detect` was asked for. */
export interface DetectOptions {
  /** A name in the catalog, or an .onnx file. */
  readonly model: string;
  /** Pictures and clips. */
  readonly files: readonly string[];
  /** Frames of clips; all where it is left out. */
  readonly frames?: readonly number[];
  /** JSON lines instead of text. */
  readonly json: boolean;
  readonly catalogPath: string;
  readonly cacheDir: string;
  readonly ffmpegPath?: string;
  readonly thresholds?: Thresholds;
  /** Detector threads; one where it is left out. */
  readonly workers?: number;
}

/** Where lines go: results to `out`, everything else to `err`. */
export interface DetectOutput {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
}

const PICTURE_EXTENSIONS: ReadonlySet<string> = new Set(
  ".jpg .jpeg .jpe .png .webp .tif .tiff .gif .bmp .avif .heic .heif .ppm .pgm .pnm .cur".split(
    " ",
  ),
);

/**
 * Detects objects in files by the agent's own way: decode, detector threads, thresholds. A file that
 * fails is told on `err` with its code, and the others go on.
 *
 * @returns the exit code: 0, or 1 where anything failed.
 */
export async function runDetect(options: DetectOptions, io: DetectOutput): Promise<number> {
  const pool = new DetectorPool({ workers: options.workers ?? 1 });
  try {
    const model = await resolveModel({
      nameOrFile: options.model,
      catalogPath: options.catalogPath,
      cacheDir: options.cacheDir,
      onProgress: reportProgress(io),
    });
    const { id, note } = model.licence;
    io.err(`model ${model.name}, licence ${id}${note === undefined ? "" : `: ${note}`}`);
    await pool.start(model);
    let failed = false;
    for (const file of options.files) {
      try {
        await detectInFile(file, options, pool, io);
      } catch (error) {
        failed = true;
        io.err(faultLine(error));
      }
    }
    return failed ? 1 : 0;
  } catch (error) {
    io.err(faultLine(error));
    return 1;
  } finally {
    await pool.stop();
  }
}

async function detectInFile(
  file: string,
  options: DetectOptions,
  pool: DetectorPool,
  io: DetectOutput,
): Promise<void> {
  const format = options.json ? formatJsonLine : formatReadable;
  const inFlight: Promise<string>[] = [];
  const printOldest = async () => {
    const line = await inFlight.shift();
    if (line !== undefined) io.out(line);
  };
  const detect = async (picture: RgbFrame, frame?: number): Promise<string> => {
    const { width, height } = picture;
    const detections = await pool.detect(picture, options.thresholds ?? DEFAULT_THRESHOLDS);
    return format({ file, ...(frame === undefined ? {} : { frame }), width, height, detections });
  };
  try {
    for await (const { picture, frame } of readPictures(file, options)) {
      const line = detect(picture, frame);
      // Its fault is told when its turn comes, or not at all where an earlier one ends the file.
      line.catch(() => undefined);
      inFlight.push(line);
      if (inFlight.length >= Math.max(1, pool.size)) await printOldest();
    }
  } finally {
    while (inFlight.length > 0) await printOldest();
  }
}

/** The picture, or the frames of the clip. */
async function* readPictures(
  file: string,
  options: DetectOptions,
): AsyncGenerator<{ picture: RgbFrame; frame?: number }, void, undefined> {
  if (PICTURE_EXTENSIONS.has(extname(file).toLowerCase())) {
    yield { picture: await readStillPicture(file) };
    return;
  }
  yield* readClipFrames(file, options.frames ?? "all", await locateFfmpeg(options.ffmpegPath));
}

/** Says each step once, and how far a download is at every tenth. */
function reportProgress(io: DetectOutput): (progress: ModelProgress) => void {
  let last = "";
  return ({ step, what, doneBytes, totalBytes }) => {
    const tenths =
      doneBytes === null || totalBytes === null ? null : Math.floor((doneBytes / totalBytes) * 10);
    const line = `${step} ${what}${tenths === null ? "" : ` ${tenths * 10} %`}`;
    if (line !== last) io.err(line);
    last = line;
  };
}

function faultLine(error: unknown): string {
  if (!(error instanceof CodedError)) return error instanceof Error ? error.message : String(error);
  const known = Object.hasOwn(edgeErrors, error.code);
  const action = known ? edgeErrors[error.code as keyof typeof edgeErrors].action : "";
  return `${error.code}: ${error.message}. ${action}`;
}
