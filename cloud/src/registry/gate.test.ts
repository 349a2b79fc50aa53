import { expect, test } from "vitest";
import type { ModelFigures } from "../evaluation/evaluate-model.ts";
import { gatePolicySchema, judgeGate, unmeasurable } from "./gate.ts";

const policy = gatePolicySchema.parse({});

function figures(change: Partial<ModelFigures> = {}): ModelFigures {
  return {
    pictures: 40,
    before: 0.5,
    after: 0.7,
    gain: 0.2,
    gainInterval: [0.1, 0.3],
    afterInterval: [0.6, 0.8],
    classes: [{ className: "car", before: 0.5, after: 0.7, boxes: 60 }],
    latencyMs: { before: 100, after: 104 },
    changed: [],
    ...change,
  };
}

const lost = { className: "person", before: 0.6, after: 0.4, boxes: 9 };

test.each([
  ["pass", {}],
  ["inconclusive", { gainInterval: [-0.02, 0.3] }],
  ["inconclusive", { pictures: 3 }],
  ["fail", { gain: -0.2, gainInterval: [-0.3, -0.1] }],
  ["fail", { classes: [...figures().classes, lost] }],
  ["fail", { latencyMs: { before: 100, after: 200 } }],
] as const)("%s for %j", (verdict, change) => {
  const report = judgeGate(figures(change as Partial<ModelFigures>), policy);
  expect(report.verdict).toBe(verdict);
  expect(report.rules).toHaveLength(4);
});

test("every rule says its numbers", () => {
  const { rules } = judgeGate(figures({ classes: [lost] }), policy);
  expect(rules.map(({ sentence }) => sentence).join(" ")).toMatch(
    /\+20\.0.*\+10\.0.*person.*−20\.0.*1\.04/,
  );
});

test("what cannot be measured fails", () => {
  expect(unmeasurable("it answers numbers that are not finite", policy).verdict).toBe("fail");
});
