import { expect, test } from "vitest";
import { compareCounts } from "./sequence-count.ts";

const edge = { epoch: "e", lastSeq: 10, pending: [9, 10] };

test("rows that wait in the outbox are neither lost nor double", () => {
  expect(
    compareCounts(edge, { rows: 8, sequenceNumbers: 8, committedPending: 0, repeatedEnds: 0 }),
  ).toEqual({
    lost: 0,
    duplicates: 0,
  });
});

test("a missing row is lost, also where a gap row says so", () => {
  expect(
    compareCounts(edge, { rows: 7, sequenceNumbers: 7, committedPending: 0, repeatedEnds: 0 }).lost,
  ).toBe(1);
  expect(
    compareCounts(edge, { rows: 8, sequenceNumbers: 7, committedPending: 0, repeatedEnds: 0 }).lost,
  ).toBe(1);
});

test("rows beyond the edge's own and events that end twice are duplicates", () => {
  expect(
    compareCounts(edge, { rows: 12, sequenceNumbers: 10, committedPending: 2, repeatedEnds: 0 })
      .duplicates,
  ).toBe(2);
  expect(
    compareCounts(edge, { rows: 10, sequenceNumbers: 10, committedPending: 2, repeatedEnds: 1 })
      .duplicates,
  ).toBe(1);
});

test("a row that is committed though its acknowledgement is on its way hides no other", () => {
  const cloud = { rows: 9, sequenceNumbers: 9, committedPending: 2, repeatedEnds: 0 };
  expect(compareCounts(edge, cloud).lost).toBe(1);
});
