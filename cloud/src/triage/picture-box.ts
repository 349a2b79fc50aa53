import type { Box } from "@sentinel/protocol/box";

/** A box of the frame as a box of the picture that was cut from it, within its edges. */
export function boxInPicture([x, y, w, h]: Box, [cx, cy, cw, ch]: Box): Box {
  const left = clamp((x - cx) / cw);
  const top = clamp((y - cy) / ch);
  return [left, top, clamp((x + w - cx) / cw) - left, clamp((y + h - cy) / ch) - top];
}

/** A box of a picture as a box of the frame that it was cut from. */
export function boxInFrame([x, y, w, h]: Box, [cx, cy, cw, ch]: Box): Box {
  return [cx + x * cw, cy + y * ch, w * cw, h * ch];
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}
