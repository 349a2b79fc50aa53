import type { Detection } from "@sentinel/protocol/detection";
import { formatScore } from "../format/amount.ts";
import { classColour } from "./class-colour.ts";
import { placeLabels } from "./label-placement.ts";
import { contains, placeBox, type Rectangle } from "./rectangle.ts";

const LINE = 2;
const LABEL_HEIGHT = 16;
const LABEL_PADDING = 4;
const FONT = '500 11px "Inter Variable", system-ui, sans-serif';
const DIMMED = 0.25;
const LETTERS = "#0a0f1c";
const EDGE = "rgba(5, 8, 15, 0.55)";

/** A rectangle moved onto whole device pixels, so that a 2 px line is 2 px. */
function crisp(rectangle: Rectangle): Rectangle {
  const x = Math.round(rectangle.x);
  const y = Math.round(rectangle.y);
  return {
    x,
    y,
    width: Math.max(LINE, Math.round(rectangle.x + rectangle.width) - x),
    height: Math.max(LINE, Math.round(rectangle.y + rectangle.height) - y),
  };
}

/**
 * Draws the boxes of one frame with class and score: 2 px, in the class's colour, with a dark edge
 * so that they are seen on any picture.
 * @param frame where the frame lies in the view, CSS pixels
 * @param highlighted index of the box to bring forward, null for none: the others are dimmed
 */
export function paintBoxes(
  context: CanvasRenderingContext2D,
  detections: readonly Detection[],
  frame: Rectangle,
  highlighted: number | null,
): void {
  context.save();
  context.font = FONT;
  context.textBaseline = "middle";
  const order = detections
    .map((detection, index) => ({ detection, index }))
    .sort((a, b) => b.detection.score - a.detection.score);
  const drawn = order.map(({ detection, index }) => {
    const text = `${detection.className} ${formatScore(detection.score)}`;
    const width = Math.ceil(context.measureText(text).width) + 2 * LABEL_PADDING;
    const box = crisp(placeBox(detection.box, frame));
    return { index, text, box, label: { width, height: LABEL_HEIGHT }, name: detection.className };
  });
  const labels = placeLabels(drawn, frame);
  // The most certain is drawn last, on top; the highlighted one above all.
  const layers = drawn.map((each, at) => ({ ...each, place: labels[at] ?? null })).reverse();
  layers.sort((a, b) => Number(a.index === highlighted) - Number(b.index === highlighted));
  for (const { index, text, box, place, name } of layers) {
    const colour = classColour(name).picture;
    context.globalAlpha = highlighted === null || index === highlighted ? 1 : DIMMED;
    context.lineWidth = LINE + 2;
    context.strokeStyle = EDGE;
    context.strokeRect(box.x + 1, box.y + 1, box.width - 2, box.height - 2);
    context.lineWidth = LINE;
    context.strokeStyle = colour;
    context.strokeRect(box.x + 1, box.y + 1, box.width - 2, box.height - 2);
    if (place === null) continue;
    context.fillStyle = colour;
    context.fillRect(Math.round(place.x), Math.round(place.y), place.width, place.height);
    context.fillStyle = LETTERS;
    context.fillText(
      text,
      Math.round(place.x) + LABEL_PADDING,
      Math.round(place.y) + LABEL_HEIGHT / 2 + 0.5,
    );
  }
  context.restore();
}

/** The smallest box under a point (CSS pixels), so that what stands in front can be picked; null for none. */
export function boxAt(
  detections: readonly Detection[],
  frame: Rectangle,
  point: { x: number; y: number },
): number | null {
  let best: { index: number; area: number } | null = null;
  for (const [index, detection] of detections.entries()) {
    const box = placeBox(detection.box, frame);
    if (!contains(box, { ...point, width: 0, height: 0 })) continue;
    const area = box.width * box.height;
    if (best === null || area < best.area) best = { index, area };
  }
  return best?.index ?? null;
}
