import { expect, test } from "vitest";
import { metricGrid } from "./metric-grid.ts";

const VIEW = { west: 9.95, south: 53.535, east: 9.98, north: 53.55 };

test("lines lie at round distances that are wide enough on the screen", () => {
  for (const [zoom, metres] of [
    [11, 2000],
    [14, 200],
    [16, 50],
    [18, 20],
    [21, 2],
  ] as const) {
    expect(metricGrid(VIEW, zoom)?.metres).toBe(metres);
  }
});

test("squares are square on the ground", () => {
  const lines = metricGrid(VIEW, 16)?.lines.geometry.coordinates ?? [];
  const upright = lines.filter(([from, to]) => from?.[0] === to?.[0]);
  const level = lines.filter(([from, to]) => from?.[1] === to?.[1]);
  const [a, b] = [upright[0]?.[0]?.[0] ?? 0, upright[1]?.[0]?.[0] ?? 0];
  const [c, d] = [level[0]?.[0]?.[1] ?? 0, level[1]?.[0]?.[1] ?? 0];
  // Great-circle distances: 6,371 km mean radius, so within half a percent of 50 m.
  const metre = (Math.PI / 180) * 6_371_000;
  expect((b - a) * metre * Math.cos((53.5425 * Math.PI) / 180)).toBeCloseTo(50, 0);
  expect((d - c) * metre).toBeCloseTo(50, 0);
  expect(upright.length).toBeGreaterThan(35);
});

test("a wide view has none", () => {
  expect(metricGrid({ west: -10, south: 30, east: 40, north: 70 }, 4)).toBeNull();
});
