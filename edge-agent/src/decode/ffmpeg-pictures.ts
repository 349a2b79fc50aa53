import { PassThrough } from "node:stream";
import { edgeError } from "../errors.ts";
import { ffmpegCommand } from "./ffmpeg-command.ts";
import type { FfmpegLocation } from "./ffmpeg-location.ts";
import { PpmSplitter } from "./ppm-splitter.ts";
import { MAX_PICTURE_PIXELS, type RgbFrame } from "./rgb-frame.ts";

/** What one run of ffmpeg reads and how. */
export interface FfmpegPicturesOptions {
  readonly ffmpeg: FfmpegLocation;
  /** What comes after `-i`. */
  readonly input: string;
  /** One argument each; never split at spaces and never seen by a shell. */
  readonly inputOptions: readonly string[];
  readonly outputOptions: readonly string[];
  /** How long ffmpeg may send nothing while somebody waits for it. */
  readonly stalledAfterMs: number;
}

/**
 * Runs ffmpeg and yields its pictures as they come; leaving the loop ends ffmpeg.
 *
 * @throws CLIP_UNREADABLE when ffmpeg fails (after the pictures that it could decode), CLIP_TIMEOUT,
 *   PICTURE_TOO_LARGE, PICTURE_STREAM_INVALID
 */
export async function* readFfmpegPictures(
  options: FfmpegPicturesOptions,
): AsyncGenerator<RgbFrame, void, undefined> {
  const output = new PassThrough({ highWaterMark: 1 << 20 });
  let wanted = true;
  let started = false;
  const command = ffmpegCommand(options.ffmpeg, options.input)
    .inputOptions("-nostdin", "-loglevel", "error", "-max_pixels", String(MAX_PICTURE_PIXELS))
    .inputOptions("-protocol_whitelist", "file,pipe", ...options.inputOptions)
    .outputOptions("-an", "-sn", "-dn", ...options.outputOptions)
    .outputOptions("-f", "image2pipe", "-c:v", "ppm", "-pix_fmt", "rgb24");
  let lastWords = "";
  const ended = new Promise<string | null>((resolve) => {
    command.on("stderr", (line: string) => {
      if (line.trim() !== "") lastWords = line.trim();
    });
    command.on("start", () => {
      started = true;
      if (!wanted) command.kill("SIGKILL");
    });
    command.on("end", () => resolve(null));
    command.on("error", (error: Error) => {
      resolve(lastWords || error.message);
      if (!started) output.end();
    });
  });
  command.pipe(output, { end: true });
  try {
    const splitter = new PpmSplitter();
    const chunks = output[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    for (;;) {
      const chunk = await withDeadline(chunks.next(), options);
      if (chunk.done === true) break;
      yield* splitter.push(chunk.value);
    }
    const fault = await withDeadline(ended, options);
    if (fault !== null || !splitter.atBoundary) {
      // ffmpeg puts the input's name before some of its words.
      const reason = fault?.replace(`${options.input}: `, "") ?? "ffmpeg ended within a picture";
      throw edgeError("CLIP_UNREADABLE", `${options.input}: ${reason}`);
    }
  } finally {
    wanted = false;
    command.kill("SIGKILL");
    output.destroy();
  }
}

async function withDeadline<T>(answer: Promise<T>, options: FfmpegPicturesOptions): Promise<T> {
  const { input, stalledAfterMs } = options;
  let deadline: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    deadline = setTimeout(() => {
      reject(edgeError("CLIP_TIMEOUT", `${input}: nothing came for ${stalledAfterMs} ms`));
    }, stalledAfterMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(deadline);
  }
}
