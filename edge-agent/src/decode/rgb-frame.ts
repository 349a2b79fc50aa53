/** One decoded picture. */
export interface RgbFrame {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /**
   * RGB24, row by row without padding, `width * height * 3` bytes on a SharedArrayBuffer, so that
   * it reaches the detector's threads without a copy.
   */
  readonly data: Uint8Array<SharedArrayBuffer>;
}

/** The most pixels that any picture may have, from a file or from a camera (8K is 33 million). */
export const MAX_PICTURE_PIXELS = 50_000_000;

/** A black frame of that size, ready to be filled. */
export function allocateFrame(width: number, height: number): RgbFrame {
  return { width, height, data: new Uint8Array(new SharedArrayBuffer(width * height * 3)) };
}
