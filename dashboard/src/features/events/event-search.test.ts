import { expect, test } from "vitest";
import { isNarrowed, parseEventSearch, queryOf } from "./event-search.ts";

const MODEL = "a".repeat(64);
const EVENT = "0198c0de-1234-7abc-8def-0123456789ab";

test("an address is read as it was written, from strings", () => {
  const search = parseEventSearch({
    camera: "local-1.gate-1",
    class: ["person", "traffic light"],
    model: MODEL,
    from: "1000",
    to: "2000",
    min: "0.5",
    state: "open",
    event: EVENT,
  });
  expect(search).toEqual({
    camera: ["local-1.gate-1"],
    class: ["person", "traffic light"],
    model: [MODEL],
    from: 1000,
    to: 2000,
    min: 0.5,
    state: "open",
    event: EVENT,
  });
  expect(queryOf(search, 9_000)).toEqual({
    cameras: [{ nodeId: "local-1", cameraId: "gate-1" }],
    classes: ["person", "traffic light"],
    models: [MODEL],
    from: 1000,
    to: 2000,
    minScore: 0.5,
    state: "open",
  });
});

test("a recent stretch is counted from now and overrides fixed bounds", () => {
  const search = parseEventSearch({ last: "1h", from: "5", to: "6" });
  expect(search).toEqual({ last: "1h" });
  expect(queryOf(search, 10_000_000)).toEqual({ from: 6_400_000 });
});

test("values that make no sense are left out, the others stay", () => {
  expect(
    parseEventSearch({
      camera: "../etc",
      class: "",
      model: "f0f0",
      from: "yesterday",
      min: "7",
      max: "0.9",
      state: "closed",
      last: "1y",
      event: "x",
      unknown: 1,
    }),
  ).toEqual({ max: 0.9 });
});

test("bounds that exclude everything are left out", () => {
  expect(parseEventSearch({ from: "2000", to: "1000", min: "0.9", max: "0.1" })).toEqual({});
});

test("an open event alone does not narrow the log", () => {
  expect(isNarrowed(parseEventSearch({ event: EVENT }))).toBe(false);
  expect(isNarrowed(parseEventSearch({ class: "car" }))).toBe(true);
  expect(queryOf({}, 0)).toEqual({});
});
