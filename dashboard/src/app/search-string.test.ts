import { expect, test } from "vitest";
import { parseSearchString, writeSearchString } from "./search-string.ts";

test("an address is short and can be read", () => {
  const search = {
    camera: ["local-1.gate-1"],
    class: ["person", "traffic light"],
    min: 0.5,
    to: undefined,
  };
  expect(writeSearchString(search)).toBe(
    "?camera=local-1.gate-1&class=person&class=traffic+light&min=0.5",
  );
  expect(writeSearchString({})).toBe("");
});

test("what was written is read again", () => {
  expect(parseSearchString("?camera=a.b&class=x&class=y+z&min=0.5")).toEqual({
    camera: "a.b",
    class: ["x", "y z"],
    min: "0.5",
  });
  expect(parseSearchString("")).toEqual({});
});
