import type { RgbFrame } from "../decode/rgb-frame.ts";

/** Cells across a frame: one is about a hundredth of its width. */
export const GRID_WIDTH = 96;

/** Points that are looked at in each direction of a cell. */
const SAMPLES = 3;

/** A frame as a coarse picture of its brightness. */
export interface LuminanceGrid {
  readonly width: number;
  readonly height: number;
  /** Mean luma (ITU-R BT.601, 0..255) of each cell, row by row. */
  readonly values: Float32Array;
}

/** Looks at a frame coarsely; some ten thousand points, whatever its size. */
export function luminanceGrid(frame: RgbFrame): LuminanceGrid {
  const width = Math.min(GRID_WIDTH, frame.width);
  const height = Math.max(1, Math.round((width * frame.height) / frame.width));
  const values = new Float32Array(width * height);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      values[row * width + column] = meanLuma(frame, column / width, row / height, width, height);
    }
  }
  return { width, height, values };
}

function meanLuma(frame: RgbFrame, x: number, y: number, width: number, height: number): number {
  let sum = 0;
  for (let down = 0; down < SAMPLES; down++) {
    const pixelY = Math.floor((y + (down + 0.5) / SAMPLES / height) * frame.height);
    for (let across = 0; across < SAMPLES; across++) {
      const pixelX = Math.floor((x + (across + 0.5) / SAMPLES / width) * frame.width);
      const at = (Math.min(pixelY, frame.height - 1) * frame.width + pixelX) * 3;
      const [red = 0, green = 0, blue = 0] = [
        frame.data[at],
        frame.data[at + 1],
        frame.data[at + 2],
      ];
      sum += 0.299 * red + 0.587 * green + 0.114 * blue;
    }
  }
  return sum / (SAMPLES * SAMPLES);
}
