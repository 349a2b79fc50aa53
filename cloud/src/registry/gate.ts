import { z } from "zod";
import type { ModelFigures } from "../evaluation/evaluate-model.ts";

const share = z.number().min(0).max(1);

/** The policy file, `fleet/state/gate.yaml`. */
export const gatePolicySchema = z.strictObject({
  /** AP50 that a candidate must gain over the model that it replaces. */
  leastGain: share.default(0.01),
  /** AP50 that one class may lose at most. */
  mostClassLoss: share.default(0.05),
  /** Time for a picture, as a multiple of that model's. */
  mostLatencyRatio: z.number().min(1).max(100).default(1.25),
  /** Golden pictures without which nothing is decided. */
  leastPictures: z.int().min(1).max(1_000_000).default(10),
});
export type GatePolicy = z.output<typeof gatePolicySchema>;

/** One rule's answer, in a sentence with its numbers. */
export interface GateRule {
  rule: "pictures" | "gain" | "classes" | "latency" | "output";
  verdict: "pass" | "fail" | "inconclusive";
  sentence: string;
}

/** What the gate says of a candidate. */
export interface GateReport {
  verdict: "pass" | "fail" | "inconclusive";
  rules: GateRule[];
  policy: GatePolicy;
}

/**
 * Judges a candidate by its figures. It fails where one rule fails; it is inconclusive where the
 * pictures do not tell: the interval of the gain (95 %) reaches to both sides of what is wanted.
 */
export function judgeGate(figures: ModelFigures, policy: GatePolicy): GateReport {
  const rules = [
    picturesRule(figures, policy),
    gainRule(figures, policy),
    classesRule(figures, policy),
    latencyRule(figures, policy),
  ];
  const has = (verdict: GateRule["verdict"]) => rules.some((rule) => rule.verdict === verdict);
  const verdict = has("fail") ? "fail" : has("inconclusive") ? "inconclusive" : "pass";
  return { verdict, rules, policy };
}

/** The report on a candidate that cannot even be measured. */
export function unmeasurable(why: string, policy: GatePolicy): GateReport {
  return { verdict: "fail", rules: [{ rule: "output", verdict: "fail", sentence: why }], policy };
}

function picturesRule({ pictures }: ModelFigures, { leastPictures }: GatePolicy): GateRule {
  const enough = pictures >= leastPictures;
  return {
    rule: "pictures",
    verdict: enough ? "pass" : "inconclusive",
    sentence: `${pictures} golden pictures; ${leastPictures} are needed to decide.`,
  };
}

function gainRule({ gain, gainInterval }: ModelFigures, { leastGain }: GatePolicy): GateRule {
  const [low, high] = gainInterval ?? [gain, gain];
  const verdict = low >= leastGain ? "pass" : high < leastGain ? "fail" : "inconclusive";
  const between = `between ${points(low)} and ${points(high)}`;
  return {
    rule: "gain",
    verdict,
    sentence: `AP50 changes by ${points(gain)} points, ${between} in 95 of 100 draws; at least ${points(leastGain)} are wanted.`,
  };
}

function classesRule({ classes }: ModelFigures, { mostClassLoss }: GatePolicy): GateRule {
  const worst = classes.toSorted((a, b) => a.after - a.before - (b.after - b.before))[0];
  if (worst === undefined) {
    return { rule: "classes", verdict: "inconclusive", sentence: "No golden picture has a box." };
  }
  const change = worst.after - worst.before;
  return {
    rule: "classes",
    verdict: change < -mostClassLoss ? "fail" : "pass",
    sentence: `The class that changes least for the better is ${worst.className}: ${points(change)} points; it may lose ${points(mostClassLoss)}.`,
  };
}

function latencyRule({ latencyMs }: ModelFigures, { mostLatencyRatio }: GatePolicy): GateRule {
  const ratio = latencyMs.after / Math.max(1e-9, latencyMs.before);
  return {
    rule: "latency",
    verdict: ratio > mostLatencyRatio ? "fail" : "pass",
    sentence: `A picture takes ${ratio.toFixed(2)} times as long as before; ${mostLatencyRatio} is the most.`,
  };
}

/** A hundredth of AP is a point. */
function points(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value * 100).toFixed(1)}`;
}
