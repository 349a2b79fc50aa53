import { expect, test } from "vitest";
import { snapshotArrival } from "./snapshot-arrival.ts";

const AWAITED = {
  sha256: "a".repeat(64),
  width: 320,
  height: 240,
  crop: [0, 0, 1, 1] as [number, number, number, number],
  sizeBytes: 9_000,
  storedAt: null,
  goneAt: null,
  url: `/api/snapshots/${"a".repeat(64)}.jpg`,
};
const GONE = { ...AWAITED, goneAt: 2_000 };
const STORED = { ...AWAITED, storedAt: 3_000 };

test("an event whose picture could not be made has none, whatever was told", () => {
  expect(snapshotArrival(null, null, true).state).toBe("none");
});

test("a picture is awaited until it is read or told to be there, or gone", () => {
  expect(snapshotArrival(AWAITED, null, false).state).toBe("awaited");
  expect(snapshotArrival(AWAITED, STORED, false)).toEqual({ state: "arrived", snapshot: STORED });
  expect(snapshotArrival(AWAITED, GONE, false)).toEqual({ state: "gone", snapshot: GONE });
  expect(snapshotArrival(AWAITED, null, true).state).toBe("arrived");
  expect(snapshotArrival(STORED, null, false).state).toBe("arrived");
});

test("a gone picture that came all the same is shown", () => {
  expect(snapshotArrival(GONE, null, false).state).toBe("gone");
  expect(snapshotArrival(GONE, null, true).state).toBe("arrived");
  expect(snapshotArrival(GONE, STORED, false).state).toBe("arrived");
});

test("what was read of another picture of the same event says nothing of this one", () => {
  const other = { ...GONE, sha256: "b".repeat(64) };
  expect(snapshotArrival(AWAITED, other, false).state).toBe("awaited");
});
