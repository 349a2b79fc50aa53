import { expect, test } from "vitest";
import type { Box } from "../box.ts";
import { clipToFrame, suppressOverlaps } from "./non-maximum-suppression.ts";

const found = (classId: number, score: number, box: Box) => ({ classId, score, box });

test("of boxes of one class that overlap the best is kept, the best of all first", () => {
  const weak = found(0, 0.5, [0.12, 0.1, 0.2, 0.2]);
  const strong = found(0, 0.9, [0.1, 0.1, 0.2, 0.2]);
  const apart = found(0, 0.95, [0.6, 0.6, 0.2, 0.2]);
  expect(suppressOverlaps([weak, strong, apart], 0.45)).toEqual([apart, strong]);
});

test("classes do not suppress each other", () => {
  const box: Box = [0.1, 0.1, 0.2, 0.2];
  expect(suppressOverlaps([found(0, 0.9, box), found(1, 0.5, box)], 0.45)).toHaveLength(2);
});

test("an overlap of just the threshold is kept, a little more is not", () => {
  // Shifted by s, boxes of width 1 overlap by (1 - s) / (1 + s): 0.45 at 11/29.
  const pair = (shift: number) => [found(0, 0.9, [0, 0, 1, 1]), found(0, 0.8, [shift, 0, 1, 1])];
  expect(suppressOverlaps(pair(11 / 29 + 1e-9), 0.45)).toHaveLength(2);
  expect(suppressOverlaps(pair(11 / 29 - 1e-9), 0.45)).toHaveLength(1);
});

test("what a suppressed box overlaps is kept", () => {
  const chain = [0, 0.3, 0.6].map((x, i) => found(0, 0.9 - i / 10, [x, 0, 1, 1]));
  expect(suppressOverlaps(chain, 0.45).map(({ score }) => score)).toEqual([0.9, 0.7]);
});

test("noise costs bounded work", () => {
  const noise = Array.from({ length: 25_200 }, (_, i) =>
    found(0, 0.3 + (i % 100) / 1000, [(i % 160) / 160, i / 25_200, 0.001, 0.00001]),
  );
  const startedAt = performance.now();
  expect(suppressOverlaps(noise, 0.45)).toHaveLength(300);
  expect(performance.now() - startedAt).toBeLessThan(2000);
});

test("boxes are clipped to the frame", () => {
  const clipped = clipToFrame([-0.1, 0.5, 0.3, 0.9]);
  [0, 0.5, 0.2, 0.5].forEach((value, index) => {
    expect(clipped[index]).toBeCloseTo(value, 12);
  });
  expect(clipToFrame([1.2, 1.2, 0.1, 0.1])).toEqual([1, 1, 0, 0]);
});
