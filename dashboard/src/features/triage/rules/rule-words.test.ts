import { expect, test } from "vitest";
import type { TriageRule } from "../../../connection/api.ts";
import { previewWords, ruleWords } from "./rule-words.ts";

const preview = (of: number, hidden: number, hiddenAccepted: number) => ({
  of,
  hidden,
  hiddenAccepted,
  hiddenRejected: 0,
  marks: [],
});

test("a preview says what would have been hidden, and how much of that was right", () => {
  expect(
    [preview(200, 41, 2), preview(200, 41, 0), preview(9, 0, 0), preview(0, 0, 0)].map(
      previewWords,
    ),
  ).toEqual([
    "Would have hidden 41 of the last 200, 2 of them accepted.",
    "Would have hidden 41 of the last 200, none of them accepted.",
    "Would have hidden 0 of the last 9.",
    "Nothing of the kind is stored, so there is nothing to try it on.",
  ]);
});

test("a rule is told in a few words", () => {
  const rule = (shape: object) => ruleWords(shape as TriageRule);
  expect(rule({ kind: "threshold", minScore: 0.5 })).toBe("Scores below 0.50");
  expect(rule({ kind: "mask", box: [0.1, 0.205, 0.3, 0.4] })).toBe("Mask at 10, 21 % of 30 × 40 %");
});
