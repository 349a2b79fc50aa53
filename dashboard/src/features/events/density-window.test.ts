import { expect, test } from "vitest";
import { axisTicks, barPath, bucketWindow, niceSpan } from "./density-window.ts";

const MINUTE = 60_000;

test("the strip reaches back as far as the list, in a usual stretch", () => {
  const now = 1_000 * 3_600_000;
  expect(niceSpan(now - 4 * MINUTE, now)).toBe(15 * MINUTE);
  expect(niceSpan(now - 40 * MINUTE, now)).toBe(60 * MINUTE);
  expect(niceSpan(0, now)).toBe(30 * 24 * 60 * MINUTE);
});

test("an open window holds now, has whole buckets and does not crawl", () => {
  const window = bucketWindow({}, 60 * MINUTE, 10_000_123, 120);
  expect(window.to).toBeGreaterThan(10_000_123);
  expect(window.to - window.from).toBe(60 * MINUTE);
  expect(bucketWindow({}, 60 * MINUTE, 10_000_124, 120)).toEqual(window);
});

test("bounds are kept as they are asked for", () => {
  expect(bucketWindow({ from: 1_000, to: 61_000 }, MINUTE, 9_999_999, 120)).toEqual({
    from: 1_000,
    to: 61_000,
  });
});

test("a window is never empty", () => {
  const { from, to } = bucketWindow({ from: 5_000 }, MINUTE, 5_000, 120);
  expect(to).toBeGreaterThan(from);
});

test("one event among many is still seen", () => {
  expect(barPath([0, 1, 10_000], 10_000)).toBe("M1 1h.8v-0.140h-.8zM2 1h.8v-1.000h-.8z");
});

test("ticks are on the wall clock's whole steps", () => {
  const ticks = axisTicks(7 * MINUTE + 1, 67 * MINUTE, 6);
  expect(ticks).toEqual([10, 20, 30, 40, 50, 60].map((minutes) => minutes * MINUTE));
});
