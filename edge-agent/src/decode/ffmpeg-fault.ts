import type { CodedError } from "@sentinel/protocol/coded-error";
import { type EdgeErrorCode, edgeError } from "../errors.ts";
import { redactUrls } from "../source/redact-url.ts";

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

const VIDEO_STREAM = /Stream #0:\d+.*?: Video: .*?, (\d{1,5})x(\d{1,5})\b/;

/**
 * Listens to what ffmpeg says on stderr (`-loglevel level+info`) and turns it into a fault with a
 * code. What it keeps holds no credentials.
 */
export class FfmpegEar {
  /** The last line of each meaning: ffmpeg can write thousands about one damaged stream. */
  readonly #telling = new Map<number, string>();
  #lastError: string | null = null;
  #inInput = true;
  #size: { width: number; height: number } | null = null;

  /** The size of the camera's own frames, once ffmpeg has told it. */
  get size(): { width: number; height: number } | null {
    return this.#size;
  }

  hear(line: string): void {
    const text = redactUrls(line.trim());
    if (text === "" || /^frame=/.test(text)) return;
    if (/\bOutput #0/.test(text)) this.#inInput = false;
    const size = this.#inInput ? VIDEO_STREAM.exec(text) : null;
    if (size !== null) this.#size ??= { width: Number(size[1]), height: Number(size[2]) };
    if (!/\[(warning|error|fatal|panic)\]|^To ignore/.test(text)) return;
    const meaning = MEANINGS.findIndex(([pattern]) => pattern.test(text));
    if (meaning >= 0) this.#telling.set(meaning, plain(text));
    if (!text.includes("[warning]")) this.#lastError = plain(text);
  }

  /** The fault of a size that cannot be watched; null where the size is fine or not known yet. */
  sizeFault(): CodedError | null {
    if (this.#size === null) return null;
    const { width, height } = this.#size;
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
