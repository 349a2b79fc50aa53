import type { RuleOffer, TriageRule } from "../../../connection/api.ts";

type Preview = RuleOffer["mask"]["preview"];

/** What a rule would have done: `Would have hidden 41 of the last 200, 2 of them accepted.` */
export function previewWords({ of, hidden, hiddenAccepted }: Preview): string {
  if (of === 0) return "Nothing of the kind is stored, so there is nothing to try it on.";
  const accepted =
    hidden === 0
      ? ""
      : hiddenAccepted === 0
        ? ", none of them accepted"
        : `, ${hiddenAccepted} of them accepted`;
  return `Would have hidden ${hidden} of the last ${of}${accepted}.`;
}

/** What a rule is, in a few words: `Mask 12 × 20 %`, `Scores below 0.48`. */
export function ruleWords(rule: TriageRule): string {
  if (rule.kind === "threshold") return `Scores below ${rule.minScore.toFixed(2)}`;
  const [x, y, width, height] = rule.box.map((value) => Math.round(value * 100));
  return `Mask at ${x}, ${y} % of ${width} × ${height} %`;
}

/** A class within a sentence. */
export function classWords(className: string | null): string {
  return className ?? "nothing detected";
}
