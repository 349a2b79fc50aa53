import { contains, overlaps, type Rectangle } from "./rectangle.ts";

/** The upper part of a box that holds the head of whoever stands in it. */
const HEAD_SHARE = 0.3;

/** The part of a box that no label may cover. */
export function headOf(box: Rectangle): Rectangle {
  return { ...box, height: box.height * HEAD_SHARE };
}

/** Places for a label, best first: above, below, beside at the feet, and last inside at the feet. */
function candidates(box: Rectangle, label: { width: number; height: number }): Rectangle[] {
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
 * Where each box's label goes, so that it stays in the view, covers nobody's head and no other
 * label. Where not all can be had, other heads and labels give way before the box's own head does;
 * null where even that cannot be had: the box is then drawn without words.
 * @param boxes with the sizes of their labels, the most important first
 */
export function placeLabels(
  boxes: readonly { box: Rectangle; label: { width: number; height: number } }[],
  view: Rectangle,
): (Rectangle | null)[] {
  const heads = boxes.map(({ box }) => headOf(box));
  const placed: Rectangle[] = [];
  return boxes.map(({ box, label }, index) => {
    const own = heads[index] ?? headOf(box);
    const possible = candidates(box, label).filter(
      (place) => contains(view, place) && !overlaps(place, own),
    );
    const free = possible.filter((place) => !placed.some((other) => overlaps(place, other)));
    const best =
      free.find((place) => !heads.some((head) => overlaps(place, head))) ?? free[0] ?? possible[0];
    if (best === undefined) return null;
    placed.push(best);
    return best;
  });
}
