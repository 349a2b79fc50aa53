import type { Box } from "@sentinel/protocol/box";
import type { LuminanceGrid } from "./luminance-grid.ts";

/** A cell has changed where its brightness is this far from the background's, of 255. */
const CHANGED_BY = 20;

/** A region of fewer cells is noise: leaves, rain, the clock in the picture. */
const MIN_CELLS = 12;

/** A region of more than this share of all cells is the light, or the camera itself. */
const MAX_SHARE = 0.4;

/**
 * The connected regions in which a frame differs from the background, as boxes in fractions of the
 * frame. A change of the whole picture's brightness (its median) is taken out before.
 */
export function changedRegions(grid: LuminanceGrid, background: Float32Array): Box[] {
  const difference = grid.values.map((value, cell) => value - (background[cell] ?? value));
  const shift = median(difference);
  const changed = Uint8Array.from(difference, (value) =>
    Math.abs(value - shift) > CHANGED_BY ? 1 : 0,
  );
  const boxes: Box[] = [];
  for (let cell = 0; cell < changed.length; cell++) {
    if (changed[cell] !== 1) continue;
    const region = takeRegion(changed, cell, grid);
    if (region.cells < MIN_CELLS || region.cells > changed.length * MAX_SHARE) continue;
    boxes.push([
      region.left / grid.width,
      region.top / grid.height,
      (region.right - region.left + 1) / grid.width,
      (region.bottom - region.top + 1) / grid.height,
    ]);
  }
  return boxes;
}

/** Follows the changed cells that touch (eight neighbours), and takes them out. */
function takeRegion(changed: Uint8Array, start: number, { width, height }: LuminanceGrid) {
  const region = { left: width, right: 0, top: height, bottom: 0, cells: 0 };
  const waiting = [start];
  changed[start] = 0;
  for (let cell = waiting.pop(); cell !== undefined; cell = waiting.pop()) {
    const x = cell % width;
    const y = Math.floor(cell / width);
    region.cells += 1;
    region.left = Math.min(region.left, x);
    region.right = Math.max(region.right, x);
    region.top = Math.min(region.top, y);
    region.bottom = Math.max(region.bottom, y);
    for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
      for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
        const next = ny * width + nx;
        if (changed[next] !== 1) continue;
        changed[next] = 0;
        waiting.push(next);
      }
    }
  }
  return region;
}

function median(values: Float32Array): number {
  const sorted = Float32Array.from(values).sort();
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
