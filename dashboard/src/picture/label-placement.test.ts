import { expect, test } from "vitest";
import { headOf, placeLabels } from "./label-placement.ts";
import { contains, overlaps, type Rectangle } from "./rectangle.ts";

const view: Rectangle = { x: 0, y: 0, width: 320, height: 180 };
const wordings = [
  { width: 60, height: 14 },
  { width: 26, height: 14 },
];
const place = (...boxes: Rectangle[]) =>
  placeLabels(
    boxes.map((box) => ({ box, wordings })),
    view,
  );
const full = (x: number, y: number) => ({ place: { x, y, width: 60, height: 14 }, wording: 0 });

test("a label stands above its box where there is room", () => {
  expect(place({ x: 100, y: 60, width: 40, height: 80 })).toEqual([full(100, 46)]);
});

test("at the right edge it ends with its box", () => {
  expect(place({ x: 280, y: 60, width: 40, height: 80 })).toEqual([full(260, 46)]);
});

test("at the top edge it goes below the feet, not over the head", () => {
  expect(place({ x: 100, y: 0, width: 40, height: 80 })).toEqual([full(100, 80)]);
});

test("a box as tall as the view has its label inside at the feet", () => {
  expect(place({ x: 0, y: 0, width: 320, height: 180 })).toEqual([full(0, 166)]);
});

test("where the full wording has no room left the short one is taken", () => {
  const narrow = { x: 0, y: 0, width: 100, height: 180 };
  const same = { box: { x: 0, y: 0, width: 100, height: 28 }, wordings };
  expect(placeLabels([same, same, same], narrow)).toEqual([
    full(0, 28),
    full(0, 14),
    { place: { x: 74, y: 28, width: 26, height: 14 }, wording: 1 },
  ]);
});

test("a label that has no room left is not drawn over another", () => {
  const same = { x: 0, y: 0, width: 320, height: 28 };
  const labels = place(...new Array<Rectangle>(40).fill(same));
  expect(labels.filter((label) => label === null).length).toBeGreaterThan(0);
});

test("whatever boxes there are, labels cover neither their heads nor each other, and stay in the view", () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return (seed / 2_147_483_648) * below;
  };
  let drawn = 0;
  for (let round = 0; round < 200; round += 1) {
    const boxes = Array.from({ length: 12 }, () => {
      const x = random(300);
      const y = random(160);
      return { x, y, width: 4 + random(316 - x), height: 4 + random(176 - y) };
    });
    const labels = place(...boxes);
    for (const [index, label] of labels.entries()) {
      const box = boxes[index];
      if (label === null || box === undefined) continue;
      drawn += 1;
      expect(overlaps(label.place, headOf(box))).toBe(false);
      expect(contains(view, label.place)).toBe(true);
      for (const other of labels.slice(index + 1)) {
        expect(other !== null && overlaps(label.place, other.place)).toBe(false);
      }
    }
  }
  expect(drawn).toBeGreaterThan(1500);
});
