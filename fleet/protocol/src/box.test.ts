import { expect, test } from "vitest";
import { boxSchema, intersectionOverUnion } from "./box.ts";

test("overlap over union", () => {
  expect(intersectionOverUnion([0, 0, 0.5, 0.5], [0, 0, 0.5, 0.5])).toBe(1);
  expect(intersectionOverUnion([0, 0, 0.5, 0.5], [0.25, 0, 0.5, 0.5])).toBeCloseTo(1 / 3, 12);
  expect(intersectionOverUnion([0, 0, 0.2, 0.2], [0.2, 0, 0.2, 0.2])).toBe(0);
  expect(intersectionOverUnion([0, 0, 0, 0], [0, 0, 0, 0])).toBe(0);
});

test("boxes are fractions", () => {
  expect(boxSchema.safeParse([0, 0, 1, 1]).success).toBe(true);
  expect(boxSchema.safeParse([0, 0, 1.01, 1]).success).toBe(false);
  expect(boxSchema.safeParse([0, Number.NaN, 1, 1]).success).toBe(false);
});
