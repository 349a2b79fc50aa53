import type { Rule } from "../candidate.ts";

/** Below this no event is reported; above the other the model is sure. */
const LEAST_SURE = 0.4;
const SURE = 0.65;

/** The model was unsure: the nearer to the middle of the band, the more an answer teaches. */
export const scoreBand: Rule = ({ score }) => {
  if (score === null || score < LEAST_SURE || score >= SURE) return null;
  const middle = (LEAST_SURE + SURE) / 2;
  const nearness = 1 - Math.abs(score - middle) / (SURE - middle);
  return { reason: "score-band", priority: 2 + nearness };
};
