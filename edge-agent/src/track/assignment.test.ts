import { expect, test } from "vitest";
import { assign } from "./assignment.ts";

test("takes the best sum, not the best single pair", () => {
  // Greedy would take 0.9 and leave the second row with nothing.
  expect(
    assign([
      [0.9, 0.8],
      [0.85, 0],
    ]),
  ).toEqual([1, 0]);
});

test("rows without an allowed column stay alone", () => {
  expect(assign([[0], [0.5]])).toEqual([-1, 0]);
  expect(assign([[0, 0, 0]])).toEqual([-1]);
  expect(assign([])).toEqual([]);
  expect(assign([[], []])).toEqual([-1, -1]);
});

test("equals an exhaustive search on every small table", () => {
  let seed = 7;
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
  for (let round = 0; round < 300; round++) {
    const rows = 1 + Math.floor(random() * 5);
    const columns = 1 + Math.floor(random() * 5);
    const table = Array.from({ length: rows }, () =>
      Array.from({ length: columns }, () => (random() < 0.3 ? 0 : random())),
    );
    const columnsOfRows = assign(table);
    const used = columnsOfRows.filter((column) => column >= 0);
    expect(new Set(used).size).toBe(used.length);
    const sum = columnsOfRows.reduce(
      (total, column, row) => total + (table[row]?.[column] ?? 0),
      0,
    );
    expect(sum).toBeCloseTo(best(table, 0, new Set()), 9);
  }
});

function best(table: number[][], row: number, used: Set<number>): number {
  const scores = table[row];
  if (scores === undefined) return 0;
  let most = best(table, row + 1, used);
  scores.forEach((score, column) => {
    if (score > 0 && !used.has(column)) {
      most = Math.max(most, score + best(table, row + 1, new Set([...used, column])));
    }
  });
  return most;
}
