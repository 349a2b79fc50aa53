import { expect, test } from "vitest";
import { gainWords, gateWords, intervalWords, picturesWords, stageWords } from "./model-words.ts";

const base = "b".repeat(64);

test("what is under way is told before what the gate said last", () => {
  const gate = { verdict: "pass" as const };
  const of = (state: string | null, known: typeof gate | null, baseDigest: string | null = base) =>
    gateWords({ gate: known, evaluation: state === null ? null : { state }, baseDigest }).words;
  expect(of("queued", gate)).toBe("waits for a trainer");
  expect(of("running", null)).toBe("being evaluated");
  expect(of("done", gate)).toBe("gate: pass");
  expect(of("failed", gate)).toBe("gate: pass");
  expect(of("failed", null)).toBe("evaluation failed");
  expect(of("cancelled", null)).toBe("evaluation cancelled");
  expect(of("cancelled", gate)).toBe("gate: pass");
  expect(of(null, null)).toBe("not evaluated");
  expect(of(null, null, null)).toBe("of the catalog");
});

test("an evaluation says what it does and on which pictures", () => {
  expect(stageWords({ state: "queued", progress: null })).toBe("Waits for a trainer");
  const progress = { stage: "looking at pictures", done: 3, of: 40 };
  expect(stageWords({ state: "running", progress })).toBe("Looking at pictures, 3 of 40");
  const wish = { measuredOn: null, wantedGolden: null, wantedGoldenName: null };
  expect(picturesWords(wish)).toBe("pictures not chosen yet");
  expect(picturesWords({ ...wish, wantedGolden: base })).toBe("golden set bbbbbbbbbbbb");
  expect(picturesWords({ ...wish, wantedGolden: base, wantedGoldenName: "Noon" })).toBe(
    "golden set Noon",
  );
});

test("gains are points with their sign, also where they are losses", () => {
  expect([0.123, -0.05, 0, null].map(gainWords)).toEqual(["+12.3", "−5.0", "+0.0", "–"]);
  expect(intervalWords([-0.1, 0.2], true)).toBe("−10.0 to +20.0");
  expect(intervalWords([0.1, 0.2])).toBe("0.100 to 0.200");
  expect(intervalWords(null)).toBe("");
});
