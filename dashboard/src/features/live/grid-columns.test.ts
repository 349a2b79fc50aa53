import { expect, test } from "vitest";
import { chooseGrid, commonAspect } from "./grid-columns.ts";

const room = {
  width: 1200,
  height: 800,
  aspect: 16 / 9,
  gap: 8,
  captionHeight: 32,
  minTileWidth: 240,
};
const columnsFor = (tiles: number, over = {}) => chooseGrid({ ...room, tiles, ...over }).columns;

test("one camera has it all, four stand two by two, ten in rows of four", () => {
  expect([1, 2, 4, 9, 10, 16].map((tiles) => columnsFor(tiles))).toEqual([1, 1, 2, 3, 4, 4]);
});

test("a wide screen puts two side by side", () => {
  expect(columnsFor(2, { width: 1800, height: 600 })).toBe(2);
});

test("all tiles fit into the room", () => {
  for (let tiles = 1; tiles <= 30; tiles += 1) {
    const { columns, tileWidth, scrolls } = chooseGrid({ ...room, tiles, minTileWidth: 100 });
    const rows = Math.ceil(tiles / columns);
    expect(scrolls).toBe(false);
    expect(columns * tileWidth + (columns - 1) * 8).toBeLessThanOrEqual(1200);
    expect(rows * (tileWidth / room.aspect + 32) + (rows - 1) * 8).toBeLessThanOrEqual(800);
  }
});

test("a phone scrolls one below the other rather than showing stamps", () => {
  expect(chooseGrid({ ...room, tiles: 4, width: 366, height: 420 })).toEqual({
    columns: 1,
    tileWidth: 366,
    scrolls: true,
  });
});

test("a hundred cameras scroll at a width that one can read", () => {
  const grid = chooseGrid({ ...room, tiles: 100 });
  expect(grid.scrolls).toBe(true);
  expect(grid.tileWidth).toBeGreaterThanOrEqual(240);
});

test("tiles take the aspect of most cameras", () => {
  const four = { width: 768, height: 576 };
  expect(commonAspect([four, four, { width: 1920, height: 1080 }])).toBeCloseTo(4 / 3);
  expect(commonAspect([{ width: null, height: null }])).toBeCloseTo(16 / 9);
  expect(commonAspect([{ width: 8000, height: 100 }])).toBe(2.4);
});
