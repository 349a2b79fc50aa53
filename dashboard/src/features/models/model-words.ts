import { shortDigest } from "../../format/amount.ts";
import type { StatusTone } from "../../ui/status-mark.tsx";
import type { Compared, EvaluationItem, GateReport, GateRule, Model } from "./use-models.ts";

interface Told {
  tone: StatusTone;
  words: string;
}

const STATES: Record<Model["state"], Told> = {
  candidate: { tone: "info", words: "Candidate" },
  approved: { tone: "live", words: "Approved" },
  rejected: { tone: "unknown", words: "Rejected" },
  revoked: { tone: "down", words: "Revoked" },
};

const VERDICTS: Record<GateReport["verdict"], Told> = {
  pass: { tone: "live", words: "Pass" },
  inconclusive: { tone: "stale", words: "Inconclusive" },
  fail: { tone: "down", words: "Fail" },
};

/** What each rule of the gate is called. */
export const RULE_NAMES: Record<GateRule["rule"], string> = {
  pictures: "Pictures",
  coverage: "Coverage",
  gain: "Gain",
  classes: "Worst class",
  latency: "Latency",
  output: "Output",
};

/** A model's state as mark and word. */
export function stateOf({ state }: Pick<Model, "state">): Told {
  return STATES[state];
}

/** A verdict of the gate as mark and word. */
export function verdictOf(verdict: GateReport["verdict"]): Told {
  return VERDICTS[verdict];
}

/** Where a model stands with the gate, in a few words: what is under way comes first. */
export function gateWords({ gate, evaluation, baseDigest }: GateFacts): Told {
  if (evaluation?.state === "queued") return { tone: "unknown", words: "waits for a trainer" };
  if (evaluation?.state === "running") return { tone: "connecting", words: "being evaluated" };
  if (gate !== null) {
    const { tone, words } = VERDICTS[gate.verdict];
    return { tone, words: `gate: ${words.toLowerCase()}` };
  }
  if (evaluation?.state === "failed") return { tone: "down", words: "evaluation failed" };
  if (evaluation?.state === "cancelled") return { tone: "unknown", words: "evaluation cancelled" };
  return { tone: "unknown", words: baseDigest === null ? "of the catalog" : "not evaluated" };
}

interface GateFacts {
  gate: Pick<GateReport, "verdict"> | null;
  evaluation: { state: string } | null;
  baseDigest: string | null;
}

/** True while something can still come of an evaluation. */
export function isPending({ state }: Pick<EvaluationItem, "state">): boolean {
  return state === "queued" || state === "running";
}

/** What a pending evaluation does now: `Looking at pictures, 12 of 40`. */
export function stageWords({
  state,
  progress,
}: Pick<EvaluationItem, "state" | "progress">): string {
  if (state === "queued") return "Waits for a trainer";
  if (progress === null) return "Begins";
  const { stage, done, of } = progress;
  const name = `${stage.charAt(0).toUpperCase()}${stage.slice(1)}`;
  return of > 0 ? `${name}, ${done} of ${of}` : name;
}

/** Which pictures an evaluation is of, in words. */
export function picturesWords({ measuredOn, wantedGolden, wantedGoldenName }: PicturesOf): string {
  if (measuredOn?.kind === "golden") return `golden set ${measuredOn.name}`;
  if (measuredOn?.kind === "validation") return `validation part of ${measuredOn.name}`;
  if (wantedGolden === null) return "pictures not chosen yet";
  return `golden set ${wantedGoldenName ?? shortDigest(wantedGolden)}`;
}

type PicturesOf = Pick<EvaluationItem, "measuredOn" | "wantedGolden" | "wantedGoldenName">;

/** A figure 0..1 with three digits; a dash where nothing could be measured. */
export function figureWords(value: number | null): string {
  return value === null ? "–" : value.toFixed(3);
}

/** `0.412 to 0.534`; empty where there is no interval. */
export function intervalWords(interval: Compared["gainInterval"], signed = false): string {
  if (interval === null) return "";
  const words = signed ? gainWords : figureWords;
  return `${words(interval[0])} to ${words(interval[1])}`;
}

/** A gain in points, with its sign: a hundredth of AP is a point. */
export function gainWords(gain: number | null): string {
  if (gain === null) return "–";
  return `${gain < 0 ? "−" : "+"}${Math.abs(gain * 100).toFixed(1)}`;
}

/** A model as people call it. */
export function modelWords(name: string | null, digest: string): string {
  return name ?? shortDigest(digest);
}
