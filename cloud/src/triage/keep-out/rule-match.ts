import type { Box } from "@sentinel/protocol/box";

/** What a rule keeps out of triage: what lies in a place of the frame, or what scores less. */
export type RuleShape = { kind: "mask"; box: Box } | { kind: "threshold"; minScore: number };

/** Of what a camera saw, as far as rules look at it; the box in fractions of the frame. */
export interface Seen {
  box: Box | null;
  score: number | null;
}

/** A box lies in a mask where so much of its area does. */
const COVERED = 0.8;

/** Whether a rule keeps this out. What has no score is below no threshold. */
export function hides(rule: RuleShape, { box, score }: Seen): boolean {
  if (rule.kind === "threshold") return score !== null && score < rule.minScore;
  return box !== null && coveredShare(box, rule.box) >= COVERED;
}

/** The share of a box's area that lies in a mask, 0..1. */
function coveredShare([x, y, w, h]: Box, [mx, my, mw, mh]: Box): number {
  const width = Math.min(x + w, mx + mw) - Math.max(x, mx);
  const height = Math.min(y + h, my + mh) - Math.max(y, my);
  return width <= 0 || height <= 0 ? 0 : (width * height) / (w * h);
}
