import { expect, test } from "vitest";
import { bearing, wedge, wedgeTip } from "./wedge.ts";

test("directions go clockwise from north", () => {
  expect(wedgeTip(0)).toEqual({ x: 0, y: -34 });
  expect(wedgeTip(90)).toEqual({ x: 34, y: 0 });
  expect([bearing(0, -5), bearing(5, 0), bearing(0, 5), bearing(-5, 0)]).toEqual([0, 90, 180, 270]);
  expect(bearing(-0.001, -5)).toBe(0);
});

test("a wedge lies around its direction", () => {
  expect(wedge(90)).toBe("M0 0 L29.44 -17 A34 34 0 0 1 29.44 17 Z");
});
