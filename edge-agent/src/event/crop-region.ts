import type { Box } from "@sentinel/protocol/box";

/** A rectangle of whole pixels inside a picture. */
export interface PixelRegion {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Context kept on each side of the object, as a share of its size. */
const MARGIN = 0.25;

/** The least size of a crop, where the frame is that large: smaller ones show nothing to a person. */
const MIN_SIDE = 160;

/** The pixels that a box covers; at least one. */
export function boxRegion([x, y, w, h]: Box, width: number, height: number): PixelRegion {
  const left = Math.min(Math.max(Math.round(x * width), 0), width - 1);
  const top = Math.min(Math.max(Math.round(y * height), 0), height - 1);
  const right = Math.min(Math.max(Math.round((x + w) * width), left + 1), width);
  const bottom = Math.min(Math.max(Math.round((y + h) * height), top + 1), height);
  return { left, top, width: right - left, height: bottom - top };
}

/** The part of a frame that is shown for a box: the box with context around it. */
export function cropRegion(box: Box, width: number, height: number): PixelRegion {
  const object = boxRegion(box, width, height);
  const across = span(object.left, object.width, width);
  const down = span(object.top, object.height, height);
  return { left: across.from, top: down.from, width: across.size, height: down.size };
}

/** The same region as fractions of the frame. */
export function regionBox(region: PixelRegion, width: number, height: number): Box {
  return [region.left / width, region.top / height, region.width / width, region.height / height];
}

function span(from: number, size: number, limit: number): { from: number; size: number } {
  const wanted = Math.min(limit, Math.max(MIN_SIDE, Math.round(size * (1 + 2 * MARGIN))));
  const centred = Math.round(from + size / 2 - wanted / 2);
  return { from: Math.min(Math.max(centred, 0), limit - wanted), size: wanted };
}
