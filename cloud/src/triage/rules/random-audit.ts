import type { Rule } from "../candidate.ts";

/** One event in so many is looked at whatever the model thinks of it. */
const ONE_IN = 20;

/** An honest sample of everything: without it the model is only ever asked about its doubts. */
export const randomAudit: Rule = ({ eventId }) => {
  // The last digits of a UUIDv7 are random (RFC 9562, section 5.7), and the same at every look.
  const draw = Number.parseInt(eventId.slice(-6), 16);
  return draw % ONE_IN === 0 ? { reason: "audit", priority: 1 } : null;
};
