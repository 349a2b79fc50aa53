import { expect, test } from "vitest";
import { formatAge, formatSpan, formatUntil } from "./age.ts";

test("a span is told in the unit that says enough", () => {
  const spans = [
    0, 449, 9_999, 10_000, 59_999, 60_000, 3_599_999, 3_600_000, 7_500_000, 86_400_000,
  ];
  expect(spans.map(formatSpan)).toEqual([
    "0.0 s",
    "0.4 s",
    "9.9 s",
    "10 s",
    "59 s",
    "1 min",
    "59 min",
    "1 h",
    "2 h 5 min",
    "1 d",
  ]);
});

test("an age is never negative, even where the clocks differ", () => {
  expect(formatAge(5_000, 4_000)).toBe("0.0 s ago");
  expect(formatAge(4_600, 5_000)).toBe("0.4 s ago");
});

test("the next attempt counts down in whole seconds", () => {
  expect(formatUntil(15_000, 1_000)).toBe("in 14 s");
  expect(formatUntil(3_200, 1_000)).toBe("in 3 s");
  expect(formatUntil(1_500, 1_000)).toBe("now");
  expect(formatUntil(500, 1_000)).toBe("now");
});
