import { expect, test } from "vitest";
import type { Compared, EvaluationFigures } from "../evaluation/evaluation-figures.ts";
import type { MeasuredOn } from "../evaluation/measured-on.ts";
import { type GateEvidence, gatePolicySchema, judgeGate, unmeasurable } from "./gate.ts";

const policy = gatePolicySchema.parse({});

function compared(before: number, after: number, interval: [number, number] | null): Compared {
  const gain = after - before;
  const [beforeInterval, afterInterval] = [null, null];
  return { before, after, gain, beforeInterval, afterInterval, gainInterval: interval };
}

function ofClass(className: string, ap50: Compared, boxes = 60): EvaluationFigures["classes"][0] {
  return { className, boxes, ap50, ap: ap50, curve: { before: [], after: [] } };
}

const car = ofClass("car", compared(0.5, 0.7, [0.1, 0.3]));

interface Change {
  ap50?: Compared;
  classes?: EvaluationFigures["classes"];
  pictures?: number;
  ratio?: [number, number, number];
  measuredOn?: Partial<MeasuredOn>;
  onNodes?: GateEvidence["onNodes"];
}

function evidence(change: Change = {}): GateEvidence {
  const [low, ratio, high] = change.ratio ?? [1, 1.04, 1.1];
  const ap50 = change.ap50 ?? compared(0.5, 0.7, [0.1, 0.3]);
  const { pictures = 40, classes = [car], onNodes = null } = change;
  return {
    figures: {
      pictures,
      boxes: 60,
      summary: { AP50: ap50 } as EvaluationFigures["summary"],
      classes,
      cameras: [],
      curve: { before: [], after: [] },
      changed: [],
      changedCount: 0,
      latencyMs: {
        before: { p50: 100, p95: 120 },
        after: { p50: 104, p95: 130 },
        ratio,
        ratioInterval: [low, high],
      },
    },
    measuredOn: {
      kind: "golden",
      goldenId: "g",
      datasetId: null,
      name: "Noon",
      chosenBy: 0,
      learntClasses: ["car"],
      missingClasses: [],
      learntCameras: 2,
      missingCameras: ["a/b"],
      unknownClasses: [],
      onlyClass: null,
      ...change.measuredOn,
    },
    onNodes,
  };
}

const lost = (interval: [number, number]) => ofClass("person", compared(0.6, 0.4, interval), 9);
const slowOnNodes = { nodes: 3, beforeMs: 60, afterMs: 90, ratio: 1.5 };

test.each<[string, string, Change]>([
  ["pass", "all is well", {}],
  ["inconclusive", "the gain may be none", { ap50: compared(0.5, 0.7, [-0.02, 0.3]) }],
  ["inconclusive", "few pictures", { pictures: 3 }],
  [
    "inconclusive",
    "pictures that chose it",
    { measuredOn: { kind: "validation", goldenId: null, datasetId: "d", chosenBy: 40 } },
  ],
  ["inconclusive", "a class that is not measured", { measuredOn: { missingClasses: ["bus"] } }],
  ["inconclusive", "cameras that are not", { measuredOn: { missingCameras: ["a/b", "a/c"] } }],
  ["inconclusive", "one class in each picture", { measuredOn: { onlyClass: "car" } }],
  ["inconclusive", "a class that may have lost", { classes: [car, lost([-0.5, 0.1])] }],
  ["fail", "a class that has lost", { classes: [car, lost([-0.5, -0.06])] }],
  ["fail", "no gain", { ap50: compared(0.5, 0.3, [-0.3, -0.1]) }],
  ["fail", "slower where it was evaluated", { ratio: [1.3, 1.4, 1.5] }],
  ["inconclusive", "perhaps slower", { ratio: [1.1, 1.4, 1.5] }],
  ["fail", "slower on the nodes", { onNodes: slowOnNodes }],
  [
    "pass",
    "not slower on the nodes",
    { ratio: [1.3, 1.4, 1.5], onNodes: { ...slowOnNodes, ratio: 1 } },
  ],
])("%s: %s", (verdict, _what, change) => {
  const report = judgeGate(evidence(change), policy);
  expect(report.verdict).toBe(verdict);
  expect(report.rules.map(({ rule }) => rule)).toEqual([
    "pictures",
    "coverage",
    "gain",
    "classes",
    "latency",
  ]);
});

test("every rule says its numbers", () => {
  const { rules } = judgeGate(evidence({ classes: [lost([-0.5, 0.1])] }), policy);
  expect(rules.map(({ sentence }) => sentence).join(" ")).toMatch(
    /40 pictures of golden set Noon; 10 .*1 of the 2 cameras.*50 %.*0\.50 to 0\.70: \+20\.0.*\+10\.0 and \+30\.0.*person: −20\.0.*−50\.0 and \+10\.0.*1\.04 times.*1\.00 and 1\.10.*100 ms before and 104 ms now/,
  );
  expect(rules.map(({ value, bound }) => [value, bound])).toEqual([
    [40, 10],
    [0.5, 0.5],
    [expect.closeTo(0.2), 0.01],
    [expect.closeTo(-0.2), -0.05],
    [1.04, 1.25],
  ]);
});

test("what its epoch was chosen by is told, with what to do", () => {
  const report = judgeGate(evidence({ measuredOn: { chosenBy: 12 } }), policy);
  expect(report.rules[0]?.sentence).toMatch(/By 12 of them .* freeze a golden set/);
});

test("what cannot be measured fails", () => {
  const report = unmeasurable("it answers numbers that are not finite", policy);
  expect(report).toMatchObject({ verdict: "fail", rules: [{ rule: "output", verdict: "fail" }] });
  expect(report.rules[0]?.sentence).toContain("not finite");
});
