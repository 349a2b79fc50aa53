import type { Detection } from "@sentinel/protocol/detection";
import { formatScore } from "../format/amount.ts";
import { classColour } from "./class-colour.ts";
import { type PlacedLabel, placeLabels } from "./label-placement.ts";
import { contains, placeBox, type Rectangle } from "./rectangle.ts";

const LINE = 2;
const DIMMED = 0.25;
const LETTERS = "#0a0f1c";
const EDGE = "rgba(5, 8, 15, 0.55)";

/** Letters of a label, CSS pixels; smaller in a small picture. */
const LARGE = { font: 11, height: 16, padding: 4 };
const SMALL = { font: 10, height: 13, padding: 3 };
const SMALL_BELOW_WIDTH = 440;

interface Drawn {
  index: number;
  box: Rectangle;
  colour: string;
  texts: readonly string[];
}

/** A rectangle moved onto whole pixels, so that a 2 px line is 2 px. */
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

/** What is drawn for each detection, the most important first: the highlighted, then by score. */
function drawnOf(
  detections: readonly Detection[],
  frame: Rectangle,
  highlighted: number | null,
): Drawn[] {
  return detections
    .map((detection, index) => ({ detection, index }))
    .sort(
      (a, b) =>
        Number(b.index === highlighted) - Number(a.index === highlighted) ||
        b.detection.score - a.detection.score,
    )
    .map(({ detection: { className, score, box }, index }) => ({
      index,
      box: crisp(placeBox(box, frame)),
      colour: classColour(className).picture,
      texts: [`${className} ${formatScore(score)}`, formatScore(score)],
    }));
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
  const letters = frame.width < SMALL_BELOW_WIDTH ? SMALL : LARGE;
  context.save();
  context.font = `500 ${letters.font}px "Inter Variable", system-ui, sans-serif`;
  context.textBaseline = "middle";
  const drawn = drawnOf(detections, frame, highlighted);
  const labels = placeLabels(
    drawn.map(({ box, texts }) => ({
      box,
      wordings: texts.map((text) => ({
        width: Math.ceil(context.measureText(text).width) + 2 * letters.padding,
        height: letters.height,
      })),
    })),
    frame,
  );
  const alpha = (index: number) => (highlighted === null || index === highlighted ? 1 : DIMMED);
  // The least important first, so that the others lie on top; labels over all boxes.
  for (const { index, box, colour } of drawn.toReversed()) {
    context.globalAlpha = alpha(index);
    for (const [width, style] of [
      [LINE + 2, EDGE],
      [LINE, colour],
    ] as const) {
      context.lineWidth = width;
      context.strokeStyle = style;
      context.strokeRect(box.x + 1, box.y + 1, box.width - 2, box.height - 2);
    }
  }
  for (const [at, each] of drawn.entries()) {
    context.globalAlpha = alpha(each.index);
    paintLabel(context, each, labels[at] ?? null, letters.padding);
  }
  context.restore();
}

function paintLabel(
  context: CanvasRenderingContext2D,
  { texts, colour }: Drawn,
  label: PlacedLabel | null,
  padding: number,
): void {
  if (label === null) return;
  const { place, wording } = label;
  const x = Math.round(place.x);
  const y = Math.round(place.y);
  context.fillStyle = colour;
  context.fillRect(x, y, place.width, place.height);
  context.fillStyle = LETTERS;
  context.fillText(texts[wording] ?? "", x + padding, y + place.height / 2 + 0.5);
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
