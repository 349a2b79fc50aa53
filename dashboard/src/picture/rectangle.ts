import type { Box } from "@sentinel/protocol/box";

/** A rectangle in CSS pixels, origin top left. */
export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

interface Size {
  width: number;
  height: number;
}

/** Where a picture lies in a view: as large as it fits, never stretched, centred. */
export function letterbox(picture: Size, view: Size): Rectangle {
  const scale = Math.min(view.width / picture.width, view.height / picture.height);
  const width = picture.width * scale;
  const height = picture.height * scale;
  return { x: (view.width - width) / 2, y: (view.height - height) / 2, width, height };
}

/** A box (fractions of a frame) within the rectangle in which the frame is shown. */
export function placeBox(box: Box, frame: Rectangle): Rectangle {
  return {
    x: frame.x + box[0] * frame.width,
    y: frame.y + box[1] * frame.height,
    width: box[2] * frame.width,
    height: box[3] * frame.height,
  };
}

/** A box of the whole frame as fractions of a crop of that frame; what lies outside is cut off. */
export function boxWithinCrop(box: Box, crop: Box): Box {
  const left = clamp((box[0] - crop[0]) / crop[2]);
  const top = clamp((box[1] - crop[1]) / crop[3]);
  const right = clamp((box[0] + box[2] - crop[0]) / crop[2]);
  const bottom = clamp((box[1] + box[3] - crop[1]) / crop[3]);
  return [left, top, right - left, bottom - top];
}

/** Whether two rectangles share any area. */
export function overlaps(a: Rectangle, b: Rectangle): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** Whether `inner` lies wholly in `outer`; half a pixel is forgiven. */
export function contains(outer: Rectangle, inner: Rectangle): boolean {
  return (
    inner.x >= outer.x - 0.5 &&
    inner.y >= outer.y - 0.5 &&
    inner.x + inner.width <= outer.x + outer.width + 0.5 &&
    inner.y + inner.height <= outer.y + outer.height + 0.5
  );
}

function clamp(fraction: number): number {
  return Number.isFinite(fraction) ? Math.min(1, Math.max(0, fraction)) : 0;
}
