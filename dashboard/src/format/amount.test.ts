import { expect, test } from "vitest";
import { formatBytes, plural } from "./amount.ts";

test("bytes are told in powers of a thousand", () => {
  expect([0, 999, 1_000, 31_200, 412_000_000, 38_200_000_000].map(formatBytes)).toEqual([
    "0 B",
    "999 B",
    "1.0 KB",
    "31.2 KB",
    "412 MB",
    "38.2 GB",
  ]);
});

test("one is not many", () => {
  expect([0, 1, 1200].map((count) => plural(count, "row"))).toEqual([
    "0 rows",
    "1 row",
    "1,200 rows",
  ]);
});
