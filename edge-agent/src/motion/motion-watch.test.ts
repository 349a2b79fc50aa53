import type { Box } from "@sentinel/protocol/box";
import { expect, test } from "vitest";
import { allocateFrame, type RgbFrame } from "../decode/rgb-frame.ts";
import { MotionWatch } from "./motion-watch.ts";

/** A grey yard in which a dark square of 60 pixels stands at `x`; none where it is null. */
function yard(x: number | null, light = 120): RgbFrame {
  const frame = allocateFrame(640, 360);
  frame.data.fill(light);
  if (x === null) return frame;
  for (let row = 150; row < 210; row++) {
    frame.data.fill(30, (row * 640 + x) * 3, (row * 640 + x + 60) * 3);
  }
  return frame;
}

/** Five frames a second of a square that goes `step` pixels a frame; what was told. */
function watch(
  frames: number,
  step: number,
  options: { detected?: (x: number) => Box[]; light?: (frame: number) => number } = {},
) {
  const motion = new MotionWatch();
  for (let index = 0; index < 10; index++) motion.see(yard(null), index * 200, []);
  const told = [];
  for (let index = 0; index < frames; index++) {
    const x = 50 + index * step;
    const frame = yard(x, options.light?.(index));
    const sighting = motion.see(frame, 2000 + index * 200, options.detected?.(x) ?? []);
    if (sighting !== null) told.push(sighting);
  }
  return told;
}

test("what moves for seconds and was never detected is told once", () => {
  const told = watch(60, 6);
  expect(told).toHaveLength(1);
  const [x = 0, y = 0, width = 0, height = 0] = told[0]?.box ?? [];
  expect(told[0]?.startedAt).toBeLessThanOrEqual(2400);
  expect(y).toBeCloseTo(150 / 360, 1);
  expect(height).toBeCloseTo(60 / 360, 1);
  expect(x).toBeGreaterThan(0.05);
  expect(width).toBeGreaterThan(0.05);
});

test("what was detected is not told, even where the model loses it later", () => {
  const box = (x: number): Box => [x / 640, 150 / 360, 60 / 640, 60 / 360];
  expect(watch(60, 6, { detected: (x) => [box(x)] })).toEqual([]);
});

test("what moves for less than three seconds is not told", () => {
  expect(watch(12, 6)).toEqual([]);
});

test("what appears and stays where it is is not told", () => {
  expect(watch(60, 0)).toEqual([]);
});

test("a change of the light is no motion", () => {
  const motion = new MotionWatch();
  const told = Array.from({ length: 60 }, (_, index) =>
    motion.see(yard(null, index < 20 ? 120 : 180), index * 200, []),
  );
  expect(told.every((sighting) => sighting === null)).toBe(true);
});

test("a camera that changes its size begins anew", () => {
  const motion = new MotionWatch();
  motion.see(yard(null), 0, []);
  const other = allocateFrame(320, 320);
  other.data.fill(200);
  expect(motion.see(other, 200, [])).toBeNull();
});
