import type { Rule } from "../candidate.ts";

/** Something moved for seconds and the model saw nothing: what it may miss altogether. */
export const unseenMotion: Rule = ({ className }) =>
  className === null ? { reason: "motion", priority: 5 } : null;
