import { expect, test } from "vitest";
import { stateChanges } from "./state-change.ts";

test("only what differs is told, key by key", () => {
  expect(stateChanges({ role: "ml", name: "Ada" }, { role: "admin", name: "Ada" }, 0)).toEqual([
    { key: "role", before: "ml", after: "admin" },
  ]);
  expect(stateChanges(null, { boxes: [1, 2], why: null }, 0)).toEqual([
    { key: "boxes", before: null, after: "[1,2]" },
  ]);
  expect(stateChanges("a", null, 0)).toEqual([{ key: "", before: "a", after: null }]);
});

test("times are told as times", () => {
  const at = Date.UTC(2026, 0, 2, 3, 4, 5);
  const [change] = stateChanges({ expiresAt: null }, { expiresAt: at }, 0);
  expect(change?.after).toMatch(/2 Jan \d\d:\d\d:05/);
});
