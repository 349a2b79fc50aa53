import { resolve } from "node:path";
import { edgeError } from "../errors.ts";
import type { FfmpegLocation } from "./ffmpeg-location.ts";
import { readFfmpegPictures } from "./ffmpeg-pictures.ts";
import type { RgbFrame } from "./rgb-frame.ts";
import { checkReadable } from "./still-picture.ts";

/** One frame of a clip. */
export interface ClipFrame {
  /** Its number, from 0, as ffmpeg counts decoded frames. */
  readonly frame: number;
  readonly picture: RgbFrame;
}

const STALLED_AFTER_MS = 30_000;
/** More numbers than this do not fit into one filter; all frames are decoded and chosen from then. */
const MAX_SELECTED = 100;

/**
 * Decodes frames of a clip in ascending order. The file is not trusted: size and time are bounded.
 *
 * @param frames numbers as in ffmpeg's `select=eq(n\,K)`, in any order, or `all`.
 * @throws PICTURE_MISSING, CLIP_UNREADABLE, CLIP_FRAME_MISSING, CLIP_TIMEOUT, PICTURE_TOO_LARGE; the
 *   frames that could be decoded come first.
 */
export async function* readClipFrames(
  path: string,
  frames: readonly number[] | "all",
  ffmpeg: FfmpegLocation,
): AsyncGenerator<ClipFrame, void, undefined> {
  await checkReadable(path);
  const wanted = frames === "all" ? null : [...new Set(frames)].sort((a, b) => a - b);
  const selected = wanted !== null && wanted.length <= MAX_SELECTED ? wanted : null;
  const pictures = readFfmpegPictures({
    ffmpeg,
    input: `file:${resolve(path)}`,
    inputOptions: [],
    outputOptions: [
      // Every decoded frame once, whatever its time stamp.
      ...(ffmpeg.versionMajor >= 6 ? ["-fps_mode", "passthrough"] : ["-vsync", "0"]),
      ...(selected === null ? [] : selection(selected)),
    ],
    stalledAfterMs: STALLED_AFTER_MS,
  });
  let found = 0;
  let index = 0;
  for await (const picture of pictures) {
    const frame = selected?.[index] ?? index;
    index += 1;
    if (wanted !== null && frame !== wanted[found]) continue;
    found += 1;
    yield { frame, picture };
    if (found === wanted?.length) return;
  }
  const missing = wanted?.[found];
  if (missing !== undefined) {
    throw edgeError("CLIP_FRAME_MISSING", `${path} has no frame ${missing}`);
  }
  if (index === 0) throw edgeError("CLIP_UNREADABLE", `${path} holds no pictures`);
}

/** Lets ffmpeg choose the frames and stop after the last. */
function selection(frames: readonly number[]): string[] {
  const terms = frames.map((frame) => `eq(n,${frame})`).join("+");
  return ["-vf", `select='${terms}'`, "-frames:v", String(frames.length)];
}
