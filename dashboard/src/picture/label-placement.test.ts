import { expect, test } from "vitest";
import { headOf, placeLabels } from "./label-placement.ts";
import { contains, overlaps, type Rectangle } from "./rectangle.ts";

const view: Rectangle = { x: 0, y: 0, width: 320, height: 180 };
const label = { width: 60, height: 14 };
const place = (...boxes: Rectangle[]) =>
  placeLabels(
    boxes.map((box) => ({ box, label })),
    view,
  );

test("a label stands above its box where there is room", () => {
  expect(place({ x: 100, y: 60, width: 40, height: 80 })).toEqual([
    { x: 100, y: 46, width: 60, height: 14 },
  ]);
});

test("at the right edge it ends with its box", () => {
  expect(place({ x: 280, y: 60, width: 40, height: 80 })).toEqual([
    { x: 260, y: 46, width: 60, height: 14 },
  ]);
});

test("at the top edge it goes below the feet, not over the head", () => {
  expect(place({ x: 100, y: 0, width: 40, height: 80 })).toEqual([
    { x: 100, y: 80, width: 60, height: 14 },
  ]);
});

test("a box as tall as the view has its label inside at the feet", () => {
  const box = { x: 0, y: 0, width: 320, height: 180 };
  expect(place(box)).toEqual([{ x: 0, y: 166, width: 60, height: 14 }]);
});

test("a second label gives way to the head of a person who stands behind", () => {
  const front = { x: 100, y: 60, width: 40, height: 80 };
  const behind = { x: 90, y: 40, width: 40, height: 60 };
  const [first, second] = place(front, behind);
  expect(first && overlaps(first, headOf(behind))).toBe(false);
  expect(second && overlaps(second, headOf(front))).toBe(false);
});

test("whatever boxes there are, no label covers its own head or leaves the view", () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return (seed / 2_147_483_648) * below;
  };
  for (let round = 0; round < 300; round += 1) {
    const boxes = Array.from({ length: 12 }, () => {
      const x = random(300);
      const y = random(160);
      return { x, y, width: 4 + random(316 - x), height: 4 + random(176 - y) };
    });
    for (const [index, rectangle] of place(...boxes).entries()) {
      const box = boxes[index];
      if (rectangle === null || box === undefined) continue;
      expect(overlaps(rectangle, headOf(box))).toBe(false);
      expect(contains(view, rectangle)).toBe(true);
    }
  }
});
