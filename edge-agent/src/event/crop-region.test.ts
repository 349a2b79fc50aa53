import { expect, test } from "vitest";
import { boxRegion, cropRegion } from "./crop-region.ts";

test("a large box keeps a quarter of its size on each side", () => {
  expect(cropRegion([0.3, 0.3, 0.2, 0.4], 1000, 1000)).toEqual({
    left: 250,
    top: 200,
    width: 300,
    height: 600,
  });
});

test("a small box gets at least 160 pixels, moved inside at the edge", () => {
  expect(cropRegion([0, 0.98, 0.01, 0.02], 1000, 1000)).toEqual({
    left: 0,
    top: 840,
    width: 160,
    height: 160,
  });
});

test("a frame smaller than that is shown whole", () => {
  expect(cropRegion([0.5, 0.5, 0.1, 0.1], 120, 90)).toEqual({
    left: 0,
    top: 0,
    width: 120,
    height: 90,
  });
});

test("a box of no size is one pixel inside the frame", () => {
  expect(boxRegion([1, 1, 0, 0], 100, 50)).toEqual({ left: 99, top: 49, width: 1, height: 1 });
});
