import { expect, test } from "vitest";
import { compareCounts } from "./sequence-count.ts";

const edge = { epoch: "e", lastSeq: 10, pending: 2, created: { began: 5, ended: 5 } };

test("rows that wait in the outbox are neither lost nor double", () => {
  expect(compareCounts(edge, { rows: 8, sequenceNumbers: 8, repeatedEnds: 0 })).toEqual({
    lost: 0,
    duplicates: 0,
  });
});

test("a missing row is lost, also where a gap row says so", () => {
  expect(compareCounts(edge, { rows: 7, sequenceNumbers: 7, repeatedEnds: 0 }).lost).toBe(1);
  expect(compareCounts(edge, { rows: 8, sequenceNumbers: 7, repeatedEnds: 0 }).lost).toBe(1);
});

test("rows beyond the edge's own and events that end twice are duplicates", () => {
  expect(compareCounts(edge, { rows: 12, sequenceNumbers: 10, repeatedEnds: 0 }).duplicates).toBe(
    2,
  );
  expect(compareCounts(edge, { rows: 10, sequenceNumbers: 10, repeatedEnds: 1 }).duplicates).toBe(
    1,
  );
});
