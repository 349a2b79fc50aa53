import type { CodedError } from "@sentinel/protocol/coded-error";
import { type EdgeErrorCode, edgeError } from "../errors.ts";
import { redactCameraUrls } from "../source/redact-url.ts";

/** The longest side that a camera's frames may have. */
export const MAX_SIDE = 4096;

/** What ffmpeg's own words mean, the most telling first. */
const MEANINGS: readonly (readonly [pattern: RegExp, code: EdgeErrorCode])[] = [
  [/\b40[13] (Unauthorized|Forbidden)|authorization failed/i, "CAMERA_AUTH_FAILED"],
  [/matches no streams|does not contain any stream/i, "CAMERA_NO_VIDEO_STREAM"],
  [
    /unspecified size|Invalid frame (size|dimensions)|Picture size \S+ is invalid/i,
    "CAMERA_FRAME_SIZE",
  ],
  [
    /Connection refused|timed out|resolve hostname|No route to host|Network is unreachable|Host is (unreachable|down)|Connection reset|No such file|Permission denied|Is a directory|\b404\b|\b4\d\d [A-Z]|\b5\d\d [A-Z]|HTTP error|Server returned|method \w+ failed/i,
    "CAMERA_UNREACHABLE",
  ],
  [
    /Invalid data found|moov atom not found|could not find codec|Unknown format|Protocol not found/i,
    "CAMERA_NOT_VIDEO",
  ],
  [/Input\/output error|End of file/i, "CAMERA_UNREACHABLE"],
];

const VIDEO_STREAM =
  /Stream #0:\d+.*?: Video: (\w+).*?, (\d{1,5})x(\d{1,5})\b(?:.*?, ([\d.]+)(k?) fps)?/;

/** What ffmpeg says about a camera's stream before the first frame. */
export interface VideoStream {
  width: number;
  height: number;
  codec: string;
  /** Null where the stream does not say it. */
  fps: number | null;
}

/**
 * Listens to what ffmpeg says on stderr (`-loglevel level+info`) and turns it into a fault with a
 * code. What it keeps holds no credentials.
 */
export class FfmpegEar {
  /** The last line of each meaning: ffmpeg can write thousands about one damaged stream. */
  readonly #telling = new Map<number, string>();
  #lastError: string | null = null;
  #inInput = true;
  #stream: VideoStream | null = null;

  /** The camera's own stream, once ffmpeg has told of it. */
  get stream(): VideoStream | null {
    return this.#stream;
  }

  hear(line: string): void {
    const text = redactCameraUrls(line.trim());
    if (text === "" || /^frame=/.test(text)) return;
    if (/\bOutput #0/.test(text)) this.#inInput = false;
    if (this.#inInput) this.#stream ??= readStream(text);
    if (!/\[(warning|error|fatal|panic)\]|^To ignore/.test(text)) return;
    const meaning = MEANINGS.findIndex(([pattern]) => pattern.test(text));
    if (meaning >= 0) this.#telling.set(meaning, plain(text));
    if (!text.includes("[warning]")) this.#lastError = plain(text);
  }

  /** The fault of a size that cannot be watched; null where the size is fine or not known yet. */
  sizeFault(): CodedError | null {
    if (this.#stream === null) return null;
    const { width, height } = this.#stream;
    if (width > 0 && height > 0 && Math.max(width, height) <= MAX_SIDE) return null;
    return edgeError(
      "CAMERA_FRAME_SIZE",
      `the camera's frames are ${width}x${height}; up to ${MAX_SIDE}x${MAX_SIDE} can be watched: use its substream`,
    );
  }

  /**
   * Why the stream is over.
   *
   * @param hadFrames a stream that gave frames was video and was reached: it was closed.
   */
  fault(hadFrames: boolean): CodedError {
    if (hadFrames) {
      const why = this.#lastError;
      const message = why === null ? "the camera ended the stream" : `the stream ended: ${why}`;
      return edgeError("CAMERA_CLOSED", message);
    }
    const cause = this.cause();
    if (cause !== null) return cause;
    return this.#lastError === null
      ? edgeError("CAMERA_CLOSED", "the stream ended before its first frame")
      : edgeError("CAMERA_DECODER_FAILED", `ffmpeg ended: ${this.#lastError}`);
  }

  /** Why there was no first frame, as far as ffmpeg has said it by now. */
  cause(): CodedError | null {
    for (const [index, [, code]] of MEANINGS.entries()) {
      const line = this.#telling.get(index);
      if (line !== undefined) return edgeError(code, sentence(code, line, this.sizeFault()));
    }
    return null;
  }
}

function readStream(line: string): VideoStream | null {
  const found = VIDEO_STREAM.exec(line);
  if (found === null) return null;
  const [, codec = "", width, height, fps, thousands] = found;
  return {
    width: Number(width),
    height: Number(height),
    codec: codec.slice(0, 40),
    fps: fps === undefined ? null : Math.min(Number(fps) * (thousands === "k" ? 1000 : 1), 1000),
  };
}

function sentence(code: EdgeErrorCode, line: string, sizeFault: CodedError | null): string {
  if (code === "CAMERA_NO_VIDEO_STREAM") return "the stream holds sound but no pictures";
  if (code === "CAMERA_FRAME_SIZE") {
    return sizeFault?.message ?? `the camera's frames have no size that can be watched: ${line}`;
  }
  return line;
}

/** The line without ffmpeg's own brackets: `[tcp @ 0x56263c683840] [error] text`. */
function plain(line: string): string {
  return line.replace(/^(\[[^\]]*\] )+/, "").slice(0, 300);
}
