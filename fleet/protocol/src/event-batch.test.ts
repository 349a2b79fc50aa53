import { expect, test } from "vitest";
import { type GapRow, numberRows, type TrackRow } from "./event-batch.ts";

const track = { kind: "began" } as TrackRow;
const gap = (throughSeq: number): GapRow => ({
  kind: "gap",
  createdAt: 1,
  throughSeq,
  reason: "disk-budget",
  dropped: {},
});

test("rows are numbered one after the other, a gap as far as it says", () => {
  const numbered = numberRows({ firstSeq: 5, rows: [track, gap(9), track] });
  expect(numbered?.map(({ seq, throughSeq }) => [seq, throughSeq])).toEqual([
    [5, 5],
    [6, 9],
    [10, 10],
  ]);
});

test("a gap that ends before it begins is forged", () => {
  expect(numberRows({ firstSeq: 5, rows: [gap(4)] })).toBeNull();
});
