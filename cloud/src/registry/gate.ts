import { z } from "zod";
import type { EvaluationFigures } from "../evaluation/evaluation-figures.ts";
import { cameraShare, type MeasuredOn } from "../evaluation/measured-on.ts";
import type { AgentLatency } from "./agent-latency.ts";

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
  /** Of the cameras that it learnt from, so many must be among the pictures. */
  leastCameraShare: share.default(0.5),
});
export type GatePolicy = z.output<typeof gatePolicySchema>;

/** One rule's answer: its numbers, and the same in a sentence. */
export interface GateRule {
  rule: "pictures" | "coverage" | "gain" | "classes" | "latency" | "output";
  verdict: "pass" | "fail" | "inconclusive";
  /** What was measured, its interval where it has one, and what is wanted; null where it is no number. */
  value: number | null;
  interval: [number, number] | null;
  bound: number | null;
  sentence: string;
}

/** What the gate says of a candidate. */
export interface GateReport {
  verdict: "pass" | "fail" | "inconclusive";
  rules: GateRule[];
  policy: GatePolicy;
}

/** What the gate judges by. */
export interface GateEvidence {
  figures: EvaluationFigures;
  measuredOn: MeasuredOn;
  /** On nodes that ran both models; null where none did: then the time of the evaluation counts. */
  onNodes: AgentLatency | null;
}

/**
 * Judges a candidate by its figures. It fails where one rule fails; it is inconclusive where the
 * pictures do not tell: too few, chosen for it, not of what it learnt, or the interval of a change
 * (95 %) reaches to both sides of what is wanted.
 */
export function judgeGate(evidence: GateEvidence, policy: GatePolicy): GateReport {
  const rules = [
    picturesRule(evidence, policy),
    coverageRule(evidence, policy),
    gainRule(evidence, policy),
    classesRule(evidence, policy),
    latencyRule(evidence, policy),
  ];
  const has = (verdict: GateRule["verdict"]) => rules.some((rule) => rule.verdict === verdict);
  const verdict = has("fail") ? "fail" : has("inconclusive") ? "inconclusive" : "pass";
  return { verdict, rules, policy };
}

/** The report on a candidate that cannot even be measured. */
export function unmeasurable(why: string, policy: GatePolicy): GateReport {
  const sentence = `It cannot be measured: ${why}.`;
  const numbers = { value: null, interval: null, bound: null };
  return {
    verdict: "fail",
    rules: [{ rule: "output", verdict: "fail", ...numbers, sentence }],
    policy,
  };
}

function picturesRule({ figures, measuredOn }: GateEvidence, policy: GatePolicy): GateRule {
  const { pictures } = figures;
  const { kind, name, chosenBy } = measuredOn;
  const bound = policy.leastPictures;
  const from = kind === "golden" ? `of golden set ${name}` : `of the validation part of ${name}`;
  const enough = `${pictures} pictures ${from}; ${bound} are needed to decide.`;
  const chosen =
    chosenBy === 0
      ? ""
      : ` By ${chosenBy === pictures ? "them" : `${chosenBy} of them`} its best epoch was chosen, so they flatter it and decide nothing: freeze a golden set of other pictures and evaluate on that.`;
  return {
    rule: "pictures",
    verdict: pictures >= bound && chosenBy === 0 ? "pass" : "inconclusive",
    value: pictures,
    interval: null,
    bound,
    sentence: enough + chosen,
  };
}

function coverageRule({ measuredOn }: GateEvidence, policy: GatePolicy): GateRule {
  const { learntClasses, missingClasses, learntCameras, missingCameras, onlyClass } = measuredOn;
  const bound = policy.leastCameraShare;
  const value = cameraShare(measuredOn);
  const classes =
    missingClasses.length > 0
      ? `They show nothing of ${listed(missingClasses)}, which it learnt`
      : learntClasses.length === 0
        ? "It learnt from none of our pictures"
        : `They show all that it learnt (${listed(learntClasses)})`;
  const seen = learntCameras - missingCameras.length;
  const cameras =
    learntCameras === 0
      ? "."
      : learntCameras === 1
        ? `, and ${seen === 1 ? "" : "not "}the camera that it learnt from.`
        : `, and ${seen} of the ${learntCameras} cameras that it learnt from; ${percent(bound)} of them are needed.`;
  const only =
    onlyClass === null
      ? ""
      : ` Each of them shows ${onlyClass} and nothing else, so false alarms where nothing is are not measured.`;
  const isEnough = missingClasses.length === 0 && value >= bound && onlyClass === null;
  return {
    rule: "coverage",
    verdict: isEnough ? "pass" : "inconclusive",
    value,
    interval: null,
    bound,
    sentence: classes + cameras + only,
  };
}

function gainRule({ figures }: GateEvidence, { leastGain }: GatePolicy): GateRule {
  const { gain, gainInterval, before, after } = figures.summary.AP50;
  const value = gain ?? 0;
  const [low, high] = gainInterval ?? [value, value];
  const verdict = low >= leastGain ? "pass" : high < leastGain ? "fail" : "inconclusive";
  return {
    rule: "gain",
    verdict,
    value,
    interval: gainInterval,
    bound: leastGain,
    sentence: `AP50 goes from ${hundredths(before)} to ${hundredths(after)}: ${points(value)} points, between ${points(low)} and ${points(high)} in 95 of 100 draws; at least ${points(leastGain)} are wanted.`,
  };
}

function classesRule({ figures }: GateEvidence, { mostClassLoss }: GatePolicy): GateRule {
  const worst = figures.classes.toSorted((a, b) => (a.ap50.gain ?? 0) - (b.ap50.gain ?? 0))[0];
  if (worst === undefined) {
    const numbers = { value: null, interval: null, bound: mostClassLoss };
    const sentence = "No picture shows anything.";
    return { rule: "classes", verdict: "inconclusive", ...numbers, sentence };
  }
  const { className, boxes, ap50 } = worst;
  const value = ap50.gain ?? 0;
  const [low, high] = ap50.gainInterval ?? [value, value];
  const isLost = value < -mostClassLoss;
  return {
    rule: "classes",
    verdict: !isLost ? "pass" : high < -mostClassLoss ? "fail" : "inconclusive",
    value,
    interval: ap50.gainInterval,
    bound: -mostClassLoss,
    sentence: `The class that changes least for the better is ${className}: ${points(value)} points, between ${points(low)} and ${points(high)}, on ${boxes} boxes; a class may lose ${points(mostClassLoss).slice(1)}.`,
  };
}

function latencyRule({ figures, onNodes }: GateEvidence, policy: GatePolicy): GateRule {
  const { before, after, ratio, ratioInterval } = figures.latencyMs;
  const bound = policy.mostLatencyRatio;
  const value = onNodes?.ratio ?? ratio;
  const interval = onNodes === null ? ratioInterval : null;
  const isSure = (interval?.[0] ?? value) > bound;
  const measured =
    onNodes === null
      ? `${ms(before.p50)} before and ${ms(after.p50)} now, of one processor where it was evaluated`
      : `${ms(onNodes.beforeMs)} before and ${ms(onNodes.afterMs)} now, on ${onNodes.nodes} nodes that ran both`;
  const between =
    interval === null
      ? ""
      : `, between ${interval[0].toFixed(2)} and ${interval[1].toFixed(2)} in 95 of 100 draws`;
  return {
    rule: "latency",
    verdict: value <= bound ? "pass" : isSure ? "fail" : "inconclusive",
    value,
    interval,
    bound,
    sentence: `A picture takes ${value.toFixed(2)} times as long as before${between} (${measured}); ${bound} is the most.`,
  };
}

function listed(names: readonly string[]): string {
  const rest = names.length > 4 ? ` and ${names.length - 4} more` : "";
  return names.slice(0, 4).join(", ") + rest;
}

/** A hundredth of AP is a point. */
function points(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value * 100).toFixed(1)}`;
}

function hundredths(value: number | null): string {
  return value === null ? "nothing measurable" : value.toFixed(2);
}

function percent(value: number): string {
  return `${Math.round(value * 100)} %`;
}

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}
