import type { NumberedRow, OutboxRow } from "@sentinel/protocol/event-batch";
import { expect, test } from "vitest";
import { placeRows } from "./place-rows.ts";

const spans = (...pairs: [number, number][]): NumberedRow[] =>
  pairs.map(([seq, throughSeq]) => ({ seq, throughSeq, row: {} as OutboxRow }));
const shown = (rows: readonly NumberedRow[]) =>
  rows.map(({ seq, throughSeq }) => [seq, throughSeq]);

test.each([
  [
    "all new",
    0,
    [
      [1, 1],
      [2, 2],
    ],
    false,
    [],
    [
      [1, 1],
      [2, 2],
    ],
  ],
  [
    "all repeated",
    5,
    [
      [4, 4],
      [5, 5],
    ],
    false,
    [
      [4, 4],
      [5, 5],
    ],
    [],
  ],
  [
    "half repeated",
    4,
    [
      [4, 4],
      [5, 5],
    ],
    false,
    [[4, 4]],
    [[5, 5]],
  ],
  ["right behind", 5, [[6, 6]], false, [], [[6, 6]]],
  ["one missing", 5, [[7, 7]], true, [], []],
  [
    "declared gap over the watermark",
    5,
    [
      [3, 8],
      [9, 9],
    ],
    false,
    [],
    [
      [6, 8],
      [9, 9],
    ],
  ],
  [
    "declared gap below the watermark",
    8,
    [
      [3, 8],
      [9, 9],
    ],
    false,
    [[3, 8]],
    [[9, 9]],
  ],
] as const)("%s", (_what, committedSeq, rows, gap, repeated, fresh) => {
  const placed = placeRows(committedSeq, spans(...(rows as unknown as [number, number][])));
  expect([placed.gap, shown(placed.repeated), shown(placed.fresh)]).toEqual([gap, repeated, fresh]);
});
