const HOUR = 3_600_000;
/** Stretches that a strip without bounds may show, so that what is listed fills it. */
const NICE_SPANS = [HOUR / 4, HOUR, 6 * HOUR, 24 * HOUR, 7 * 24 * HOUR, 30 * 24 * HOUR] as const;

/** The shortest usual stretch that reaches back to a moment; the longest where none does. */
export function niceSpan(oldestAt: number, now: number): number {
  return NICE_SPANS.find((span) => now - oldestAt <= span) ?? 30 * 24 * HOUR;
}

/**
 * The stretch to count over. An open end is moved to the end of the bucket that holds now, so that
 * bars do not crawl while one looks.
 */
export function bucketWindow(
  bounds: { from?: number | undefined; to?: number | undefined },
  spanMs: number,
  now: number,
  buckets: number,
): { from: number; to: number } {
  const open = bounds.to === undefined;
  const rough = bounds.to ?? now;
  const span = Math.max(buckets, bounds.from === undefined ? spanMs : rough - bounds.from);
  if (!open) return { from: bounds.from ?? rough - span, to: rough };
  const bucketMs = Math.max(1, Math.floor(span / buckets));
  const to = Math.ceil((now + 1) / bucketMs) * bucketMs;
  return { from: to - bucketMs * buckets, to };
}

/** The path of one class's bars, in a view of `counts.length` by 1; square roots keep single events visible. */
export function barPath(counts: readonly number[], most: number): string {
  let path = "";
  for (const [at, count] of counts.entries()) {
    if (count === 0) continue;
    const height = Math.max(0.14, Math.sqrt(count / Math.max(1, most)));
    path += `M${at} 1h.8v-${height.toFixed(3)}h-.8z`;
  }
  return path;
}

/** Three to six moments of the wall clock for a time axis. */
export function axisTicks(from: number, to: number, most: number): number[] {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080].map(
    (minutes) => minutes * 60_000,
  );
  const step = steps.find((each) => (to - from) / each <= most) ?? 20_160 * 60_000;
  const zone = new Date(from).getTimezoneOffset() * 60_000;
  const first = Math.ceil((from - zone) / step) * step + zone;
  const ticks: number[] = [];
  for (let at = first; at < to; at += step) ticks.push(at);
  return ticks;
}
