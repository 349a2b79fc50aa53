import type { Candidate, Reason, Rule, Verdict } from "./candidate.ts";
import { flicker } from "./rules/flicker.ts";
import { randomAudit } from "./rules/random-audit.ts";
import { scoreBand } from "./rules/score-band.ts";
import { unseenMotion } from "./rules/unseen-motion.ts";

/** In the order in which they are asked; the first that has a reason gives it. */
const RULES: readonly Rule[] = [unseenMotion, flicker, scoreBand, randomAudit];

/** Items of one reason, camera and class that may be made in an hour: nobody can answer more. */
export const HOURLY_QUOTA: Readonly<Record<Reason, number>> = {
  motion: 12,
  flicker: 60,
  "score-band": 120,
  audit: 12,
};

/** Whether, why and how urgently people should be asked about a candidate. */
export function judgeCandidate(candidate: Candidate): Verdict | null {
  for (const rule of RULES) {
    const verdict = rule(candidate);
    if (verdict !== null) return verdict;
  }
  return null;
}
