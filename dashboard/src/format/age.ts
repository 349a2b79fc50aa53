const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * A span in the largest unit that says enough: `0.4 s`, `12 s`, `3 min`, `2 h 5 min`, `4 d`.
 * Tenths below ten seconds, because an operator watches frames that young. Never negative.
 */
export function formatSpan(spanMs: number): string {
  const ms = Math.max(0, spanMs);
  if (ms < 10 * SECOND) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < DAY) {
    const minutes = Math.floor((ms % HOUR) / MINUTE);
    return `${Math.floor(ms / HOUR)} h${minutes > 0 ? ` ${minutes} min` : ""}`;
  }
  return `${Math.floor(ms / DAY)} d`;
}

/** How long ago a moment was: `0.4 s ago`. A moment in the future (clocks differ) is `0.0 s ago`. */
export function formatAge(at: number, now: number): string {
  return `${formatSpan(now - at)} ago`;
}

/** How long until a moment: `in 14 s`; `now` once it has come. */
export function formatUntil(at: number, now: number): string {
  const left = at - now;
  return left < SECOND
    ? "now"
    : `in ${formatSpan(Math.ceil(left / SECOND) * SECOND).replace(".0", "")}`;
}
