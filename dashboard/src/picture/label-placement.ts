import { contains, overlaps, type Rectangle } from "./rectangle.ts";

/** The upper part of a box that holds the head of whoever stands in it. */
const HEAD_SHARE = 0.3;

interface Size {
  width: number;
  height: number;
}

/** Where a label goes, and which of its wordings fits there. */
export interface PlacedLabel {
  place: Rectangle;
  /** Index into the sizes that were offered. */
  wording: number;
}

/** The part of a box that no label may cover. */
export function headOf(box: Rectangle): Rectangle {
  return { ...box, height: box.height * HEAD_SHARE };
}

/** Places for a label, best first: above, below, beside at the feet, and last inside at the feet. */
function candidates(box: Rectangle, label: Size): Rectangle[] {
  const right = box.x + box.width;
  const feet = box.y + box.height;
  const places: readonly (readonly [number, number])[] = [
    [box.x, box.y - label.height],
    [right - label.width, box.y - label.height],
    [box.x, feet],
    [right - label.width, feet],
    [right, feet - label.height],
    [box.x - label.width, feet - label.height],
    [box.x, feet - label.height],
    [right - label.width, feet - label.height],
  ];
  return places.map(([x, y]) => ({ x, y, width: label.width, height: label.height }));
}

/**
 * Where each box's label goes, so that it stays in the view and covers nobody's head and no other
 * label. In a crowd a label gives way to a shorter wording, and then to other objects' heads; null
 * where there is no room left: that box is drawn without words until one points at it.
 * @param boxes with the sizes of each wording, the fullest first; the most important box first
 */
export function placeLabels(
  boxes: readonly { box: Rectangle; wordings: readonly Size[] }[],
  view: Rectangle,
): (PlacedLabel | null)[] {
  const heads = boxes.map(({ box }) => headOf(box));
  const placed: Rectangle[] = [];
  return boxes.map(({ box, wordings }) => {
    const own = headOf(box);
    const free = wordings.flatMap((size, wording) =>
      candidates(box, size)
        .filter((place) => contains(view, place) && !overlaps(place, own))
        .filter((place) => !placed.some((other) => overlaps(place, other)))
        .map((place) => ({ place, wording })),
    );
    const best =
      free.find(({ place }) => !heads.some((head) => overlaps(place, head))) ?? free[0] ?? null;
    if (best !== null) placed.push(best.place);
    return best;
  });
}
