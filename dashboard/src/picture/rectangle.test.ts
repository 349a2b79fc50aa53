import { expect, test } from "vitest";
import { boxWithinCrop, letterbox, placeBox } from "./rectangle.ts";

test("a picture is never stretched", () => {
  expect(letterbox({ width: 640, height: 480 }, { width: 320, height: 180 })).toEqual({
    x: 40,
    y: 0,
    width: 240,
    height: 180,
  });
  expect(letterbox({ width: 640, height: 360 }, { width: 320, height: 320 })).toEqual({
    x: 0,
    y: 70,
    width: 320,
    height: 180,
  });
});

test("a box lies within the shown frame, not within the letterbox", () => {
  const frame = { x: 40, y: 0, width: 240, height: 180 };
  expect(placeBox([0.5, 0.5, 0.25, 0.5], frame)).toEqual({ x: 160, y: 90, width: 60, height: 90 });
});

test("a box of the frame becomes a box of the crop", () => {
  expect(boxWithinCrop([0.5, 0.5, 0.1, 0.2], [0.4, 0.4, 0.4, 0.4])).toEqual([
    expect.closeTo(0.25),
    expect.closeTo(0.25),
    expect.closeTo(0.25),
    expect.closeTo(0.5),
  ]);
});

test("what lies outside of the crop is cut off", () => {
  expect(boxWithinCrop([0, 0, 1, 1], [0.25, 0.25, 0.5, 0.5])).toEqual([0, 0, 1, 1]);
  expect(boxWithinCrop([0.1, 0.1, 0.1, 0.1], [0, 0, 0, 0])).toEqual([0, 0, 0, 0]);
});
