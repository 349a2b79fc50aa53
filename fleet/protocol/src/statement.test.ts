import { expect, test } from "vitest";
import { isInCohort } from "./statement.ts";

const canary = { labels: { channel: "stable", ring: "canary" }, exceptLabels: [] };
const rest = { labels: { channel: "stable" }, exceptLabels: [{ ring: "canary" }] };

test.each([
  [{ channel: "stable", ring: "canary" }, true, false],
  [{ channel: "stable", ring: "broad" }, false, true],
  [{ channel: "stable" }, false, true],
  [{ channel: "nightly", ring: "canary" }, false, false],
  [{}, false, false],
])("labels %j belong to one cohort at most", (labels, inCanary, inRest) => {
  expect(isInCohort(canary, labels as Record<string, string>)).toBe(inCanary);
  expect(isInCohort(rest, labels as Record<string, string>)).toBe(inRest);
});
