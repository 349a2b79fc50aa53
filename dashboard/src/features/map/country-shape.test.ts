import { expect, test } from "vitest";
import { goOn, labelPoint } from "./country-shape.ts";

const square = (x: number, y: number, side: number) => [
  [x, y],
  [x + side, y],
  [x + side, y + side],
  [x, y + side],
  [x, y],
];

test("a name stands in the middle of the largest part", () => {
  expect(labelPoint({ type: "Polygon", coordinates: [square(10, 40, 4)] })).toEqual({
    at: [12, 42],
    area: 16,
  });
  const islands = {
    type: "MultiPolygon" as const,
    coordinates: [[square(0, 0, 1)], [square(20, 0, 3)]],
  };
  expect(labelPoint(islands)?.at[0]).toBeCloseTo(21.5, 9);
  expect(labelPoint({ type: "Point", coordinates: [1, 1] })).toBeNull();
});

test("a ring across the date line goes on beyond it, east and west", () => {
  expect(
    goOn([
      [170, 0],
      [-170, 0],
      [-170, 10],
      [170, 10],
    ]).map(([x]) => x),
  ).toEqual([170, 190, 190, 170]);
  expect(
    goOn([
      [-170, 0],
      [170, 0],
    ]).map(([x]) => x),
  ).toEqual([-170, -190]);
});
