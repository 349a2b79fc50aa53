/** What a node's cameras took from capture to detections at one time: the median of their medians, ms. */
export interface LatencySample {
  at: number;
  ms: number;
}

/** Fewer say nothing: one slow moment is not a slow model. */
const LEAST_SAMPLES = 3;

/** The median of what a node told since then; null where that is too little. */
export function medianLatency(samples: readonly LatencySample[], since: number): number | null {
  const told = samples.filter(({ at }) => at >= since).map(({ ms }) => ms);
  return told.length < LEAST_SAMPLES ? null : medianOf(told);
}

/** Null where there is none. */
export function medianOf(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined) return null;
  const lower = sorted[middle - 1];
  return sorted.length % 2 === 1 || lower === undefined ? upper : (lower + upper) / 2;
}
