import { expect, test } from "vitest";
import { bestAp50, causeWords, isPending, stageWords } from "./job-words.ts";

test("what a job does now is said with how far it is", () => {
  expect(stageWords({ state: "queued", progress: null })).toBe("Waits for a trainer");
  expect(stageWords({ state: "running", progress: null })).toBe("Begins");
  const fetching = { stage: "fetching pictures", done: 40, of: 120 };
  expect(stageWords({ state: "running", progress: fetching })).toBe("Fetching pictures, 40 of 120");
  expect(stageWords({ state: "running", progress: { stage: "writing", done: 0, of: 0 } })).toBe(
    "Writing",
  );
});

test("only what waits or runs can still come to something", () => {
  const states = ["queued", "running", "done", "failed", "cancelled"] as const;
  expect(states.map((state) => isPending({ state }))).toEqual([true, true, false, false, false]);
});

test("a job of the loop is not told to be a person's", () => {
  expect(causeWords({ cause: "threshold", queuedBy: "system" })).toBe("enough new annotations");
  expect(causeWords({ cause: "person", queuedBy: "Lena" })).toBe("Lena");
});

test("the best epoch counts, not the last", () => {
  const point = { epoch: 1, trainLoss: 1, validationLoss: 1, seconds: 1 };
  const curve = [0.5, 0.9, 0.8].map((validationAp50) => ({ ...point, validationAp50 }));
  expect(bestAp50({ curve })).toBe(0.9);
  expect(bestAp50({ curve: [] })).toBeNull();
});
