import { expect, test } from "vitest";
import { Backoff } from "./backoff.ts";

test("doubles from the first pause to the longest, and begins anew after a reset", () => {
  const backoff = new Backoff({ firstMs: 1000, longestMs: 30_000, random: () => 0.5 });
  const pauses = Array.from({ length: 7 }, () => backoff.next());
  expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  backoff.reset();
  expect(backoff.next()).toBe(1000);
});

test("chance shifts a pause by at most a quarter and never beyond the limits", () => {
  const low = new Backoff({ firstMs: 1000, longestMs: 4000, random: () => 0 });
  expect([low.next(), low.next(), low.next()]).toEqual([1000, 1500, 3000]);
  const high = new Backoff({ firstMs: 1000, longestMs: 4000, random: () => 0.999 });
  expect([high.next(), high.next(), high.next()]).toEqual([1250, 2499, 4000]);
});
