import { formatMoment } from "../../format/moment.ts";

/** One key of a state that is not as it was before. */
export interface KeyChange {
  key: string;
  before: string | null;
  after: string | null;
}

/**
 * What sets two states of an audit entry apart, key by key. A state that is null was not there, or
 * is no more; one that is no object is one value without a key.
 */
export function stateChanges(before: unknown, after: unknown, now: number): KeyChange[] {
  const [old, fresh] = [keyed(before), keyed(after)];
  const keys = new Set([...Object.keys(old), ...Object.keys(fresh)]);
  return [...keys].flatMap((key) => {
    const change = { key, before: shown(key, old[key], now), after: shown(key, fresh[key], now) };
    return change.before === change.after ? [] : [change];
  });
}

function keyed(state: unknown): Record<string, unknown> {
  if (state === null || state === undefined) return {};
  return typeof state === "object" && !Array.isArray(state)
    ? (state as Record<string, unknown>)
    : { "": state };
}

function shown(key: string, value: unknown, now: number): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "number" && /At$/.test(key)) return formatMoment(value, now);
  return typeof value === "string" ? value : JSON.stringify(value);
}
