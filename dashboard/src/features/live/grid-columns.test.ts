import { expect, test } from "vitest";
import { aspectOf, chooseGrid } from "./grid-columns.ts";

const room = { width: 1200, height: 800, gap: 8, captionHeight: 32, minTileWidth: 240 };
const grid = (tiles: number, over: Partial<typeof room> = {}, aspect = 16 / 9) =>
  chooseGrid({ ...room, ...over, aspects: new Array<number>(tiles).fill(aspect) });

test("one camera has it all, four stand two by two, ten in rows of four", () => {
  expect([1, 2, 4, 9, 10, 16].map((tiles) => grid(tiles).columns)).toEqual([1, 1, 2, 3, 4, 4]);
});

test("a wide screen puts two side by side", () => {
  expect(grid(2, { width: 1800, height: 600 }).columns).toBe(2);
});

test("no other number of columns would give larger pictures", () => {
  const size = (columns: number, tiles: number, aspect: number) => {
    const rows = Math.ceil(tiles / columns);
    const width = (1200 - 8 * (columns - 1)) / columns;
    return Math.min(width, ((800 - 8 * (rows - 1)) / rows - 32) * aspect);
  };
  for (const aspect of [4 / 3, 16 / 9]) {
    for (let tiles = 1; tiles <= 24; tiles += 1) {
      const { columns } = grid(tiles, { minTileWidth: 1 }, aspect);
      const others = Array.from({ length: tiles }, (_, at) => size(at + 1, tiles, aspect));
      expect(size(columns, tiles, aspect)).toBeGreaterThan(Math.max(...others) - 2);
    }
  }
});

test("all tiles fit into the room", () => {
  for (let tiles = 1; tiles <= 30; tiles += 1) {
    const { columns, tileWidth, pictureHeight, scrolls } = grid(tiles, { minTileWidth: 100 });
    const rows = Math.ceil(tiles / columns);
    expect(scrolls).toBe(false);
    expect(columns * tileWidth + (columns - 1) * 8).toBeLessThanOrEqual(1200);
    expect(rows * (pictureHeight + 32) + (rows - 1) * 8).toBeLessThanOrEqual(800);
  }
});

test("a phone scrolls one below the other rather than showing stamps", () => {
  expect(grid(4, { width: 366, height: 420 })).toEqual({
    columns: 1,
    tileWidth: 366,
    pictureHeight: 206,
    scrolls: true,
  });
});

test("a hundred cameras scroll at a width that one can read", () => {
  const { scrolls, tileWidth } = grid(100);
  expect(scrolls).toBe(true);
  expect(tileWidth).toBeGreaterThanOrEqual(240);
});

test("a room without height scrolls instead of failing", () => {
  expect(grid(4, { height: 0 }).scrolls).toBe(true);
});

test("a camera's aspect is bounded, and 16:9 until it is known", () => {
  expect(aspectOf({ width: 768, height: 576 })).toBeCloseTo(4 / 3);
  expect(aspectOf({ width: null, height: null })).toBeCloseTo(16 / 9);
  expect(aspectOf({ width: 8000, height: 100 })).toBe(2.4);
});
