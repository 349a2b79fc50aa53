import { expect, test } from "vitest";
import { MAX_GAPS, OVERLAP_MS, RowCursor } from "./row-cursor.ts";

test("a row is wanted once, whether it comes in order or late", () => {
  const cursor = new RowCursor(10);
  expect([10, 11, 14].map((id) => cursor.wants(id))).toEqual([false, true, true]);
  cursor.take(11);
  cursor.take(14);
  expect([11, 12, 13, 14, 15].map((id) => cursor.wants(id))).toEqual([
    false,
    true,
    true,
    false,
    true,
  ]);
  cursor.take(12);
  expect([12, 13].map((id) => cursor.wants(id))).toEqual([false, true]);
});

test("as text and back it is the same", () => {
  const cursor = new RowCursor(0);
  for (const id of [4, 5, 9, 12, 2]) cursor.take(id);
  expect(String(cursor)).toBe("12!1,3,6-8,10-11");
  const back = RowCursor.parse(String(cursor));
  expect(String(back)).toBe(String(cursor));
  expect([1, 2, 7, 12, 13].map((id) => back?.wants(id))).toEqual([true, false, true, false, true]);
  expect(String(RowCursor.parse("120"))).toBe("120");
});

test.each(["", "x", "-1", "1!x", "1!1-99999999999", "9".repeat(16), "1!5-3--"])(
  "%j is no cursor, or asks for nothing",
  (text) => {
    const cursor = RowCursor.parse(text);
    expect(cursor?.gaps ?? []).toEqual([]);
  },
);

test("a gap that nobody fills in time is given up", () => {
  const cursor = new RowCursor(0, [], 0);
  cursor.take(3, 1_000);
  cursor.forgetOldGaps(1_000 + OVERLAP_MS);
  expect(cursor.gaps).toEqual([1, 2]);
  cursor.forgetOldGaps(1_001 + OVERLAP_MS);
  expect(cursor.gaps).toEqual([]);
});

test("the number of gaps is bounded, the newest are kept", () => {
  const cursor = new RowCursor(0);
  cursor.take(1_000_000);
  expect(cursor.gaps).toHaveLength(MAX_GAPS);
  expect(cursor.wants(999_999)).toBe(true);
});
