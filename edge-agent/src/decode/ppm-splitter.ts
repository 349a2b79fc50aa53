import { edgeError } from "../errors.ts";
import { allocateFrame, MAX_PICTURE_PIXELS, type RgbFrame } from "./rgb-frame.ts";

/** `P6`, two sizes of at most five digits, `255` and four separators: 21 bytes at most. */
const MAX_HEADER_BYTES = 32;
const HEADER = /^P6\s(\d{1,5})\s(\d{1,5})\s255\s/;

/**
 * Cuts the stream that ffmpeg writes with `-f image2pipe -c:v ppm -pix_fmt rgb24` into frames. The
 * chunks may be cut anywhere. It holds at most one unfinished frame.
 */
export class PpmSplitter {
  readonly #maxPixels: number;
  readonly #allocate: (width: number, height: number) => RgbFrame;
  #header = new Uint8Array(0);
  #frame: RgbFrame | null = null;
  #filledBytes = 0;

  /**
   * @param options.maxPixels pictures with more are refused.
   * @param options.allocate gives the memory of the next frame, for those who use it again.
   */
  constructor(
    options: { maxPixels?: number; allocate?: (width: number, height: number) => RgbFrame } = {},
  ) {
    this.#maxPixels = options.maxPixels ?? MAX_PICTURE_PIXELS;
    this.#allocate = options.allocate ?? allocateFrame;
  }

  /** True between two pictures: a stream that ends now was not cut. */
  get atBoundary(): boolean {
    return this.#frame === null && this.#header.length === 0;
  }

  /**
   * Takes the next chunk and returns the frames that it completed, oldest first.
   *
   * @throws PICTURE_STREAM_INVALID, PICTURE_TOO_LARGE; the splitter is of no use afterwards.
   */
  push(chunk: Uint8Array): RgbFrame[] {
    const frames: RgbFrame[] = [];
    let rest = chunk;
    while (rest.length > 0) {
      rest = this.#frame === null ? this.#takeHeader(rest) : this.#takePixels(this.#frame, rest);
      const frame = this.#frame;
      if (frame !== null && this.#filledBytes === frame.data.length) {
        frames.push(frame);
        this.#frame = null;
      }
    }
    return frames;
  }

  #takeHeader(chunk: Uint8Array): Uint8Array {
    const heldBytes = this.#header.length;
    const bytes = new Uint8Array(Math.min(heldBytes + chunk.length, MAX_HEADER_BYTES));
    bytes.set(this.#header);
    bytes.set(chunk.subarray(0, bytes.length - heldBytes), heldBytes);
    const match = HEADER.exec(Buffer.from(bytes.buffer).toString("latin1"));
    if (match === null) {
      if (bytes.length === MAX_HEADER_BYTES) {
        throw edgeError("PICTURE_STREAM_INVALID", "the decoder did not send an 8-bit PPM picture");
      }
      this.#header = bytes;
      return new Uint8Array(0);
    }
    const width = Number(match[1]);
    const height = Number(match[2]);
    if (width === 0 || height === 0) {
      throw edgeError("PICTURE_STREAM_INVALID", `the decoder sent a ${width}x${height} picture`);
    }
    if (width * height > this.#maxPixels) {
      throw edgeError(
        "PICTURE_TOO_LARGE",
        `${width}x${height} has more than ${this.#maxPixels} pixels`,
      );
    }
    this.#header = new Uint8Array(0);
    this.#frame = this.#allocate(width, height);
    this.#filledBytes = 0;
    return chunk.subarray(match[0].length - heldBytes);
  }

  #takePixels(frame: RgbFrame, chunk: Uint8Array): Uint8Array {
    const bytes = chunk.subarray(0, frame.data.length - this.#filledBytes);
    frame.data.set(bytes, this.#filledBytes);
    this.#filledBytes += bytes.length;
    return chunk.subarray(bytes.length);
  }
}
