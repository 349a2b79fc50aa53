import type { RgbFrame } from "../decode/rgb-frame.ts";
import type { PixelRegion } from "./crop-region.ts";

/** Points looked at along each side; more tells nothing more about a snapshot. */
const GRID = 48;

/**
 * The variance of the Laplacian of the picture's green channel within a region: the higher, the
 * sharper (Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", ICPR 2000). Below
 * about 100 people call a picture blurred.
 */
export function sharpness(picture: RgbFrame, region: PixelRegion): number {
  const stepX = Math.max(1, Math.floor(region.width / GRID));
  const stepY = Math.max(1, Math.floor(region.height / GRID));
  const green = (x: number, y: number) => picture.data[(y * picture.width + x) * 3 + 1] ?? 0;
  const toX = Math.min(region.left + region.width, picture.width - 1);
  const toY = Math.min(region.top + region.height, picture.height - 1);
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (let y = Math.max(1, region.top); y < toY; y += stepY) {
    for (let x = Math.max(1, region.left); x < toX; x += stepX) {
      const laplacian =
        green(x - 1, y) + green(x + 1, y) + green(x, y - 1) + green(x, y + 1) - 4 * green(x, y);
      count += 1;
      sum += laplacian;
      squares += laplacian * laplacian;
    }
  }
  return count === 0 ? 0 : squares / count - (sum / count) ** 2;
}
