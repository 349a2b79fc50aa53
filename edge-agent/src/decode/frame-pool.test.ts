import { expect, test } from "vitest";
import { FramePool } from "./frame-pool.ts";

test("memory that was given back is used again, unless the size changed", () => {
  const pool = new FramePool();
  const first = pool.take(8, 4);
  const second = pool.take(8, 4);
  expect(second.data.buffer).not.toBe(first.data.buffer);
  pool.give(first);
  expect(pool.take(8, 4)).toBe(first);
  pool.give(first);
  expect(pool.take(4, 4)).toMatchObject({ width: 4, height: 4 });
  expect(pool.take(8, 4)).not.toBe(first);
});
