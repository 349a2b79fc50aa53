import type { Rule } from "../candidate.ts";

/** A track of so few frames came and went while the model hesitated. */
const FEW_FRAMES = 4;

/** The track was there only now and then, or was taken for two classes at once. */
export const flicker: Rule = ({ className, frames, rivals }) => {
  if (className === null) return null;
  if (rivals > 0) return { reason: "flicker", priority: 4 };
  return frames <= FEW_FRAMES ? { reason: "flicker", priority: 3 } : null;
};
