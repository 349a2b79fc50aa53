import { expect, test } from "vitest";
import { cameraCondition } from "./camera-condition.ts";

const kind = (
  state: "live" | "down" | "connecting" | "unknown",
  nodeOnline: boolean,
  shownAt: number | null,
) => cameraCondition({ state, nodeOnline }, shownAt, 100_000).kind;

test("a camera is live only while its pictures come", () => {
  expect(kind("live", true, 99_000)).toBe("live");
  expect(kind("live", true, 94_000)).toBe("stale");
  expect(kind("live", true, null)).toBe("waiting");
});

test("what the node says comes before what is on screen", () => {
  expect(kind("down", true, 99_900)).toBe("down");
  expect(kind("connecting", true, 99_900)).toBe("connecting");
});

test("of a node that is away nothing newer is claimed", () => {
  expect(kind("live", false, 99_900)).toBe("node-offline");
  expect(kind("down", false, null)).toBe("node-offline");
  expect(kind("unknown", false, null)).toBe("node-offline");
  expect(kind("unknown", true, null)).toBe("unknown");
});
