import { bootstrapInterval } from "./bootstrap-interval.ts";
import type { EvaluationFigures } from "./evaluation-figures.ts";
import type { Side } from "./judged-pictures.ts";

/** Processor time that each of two models took for the same picture, one right after the other; ms. */
export type Timed = Readonly<Record<Side, number>>;

/**
 * Two models' times over pairs of looks; there is at least one pair. The ratio is the median of the
 * pairs' own ratios: what slows the machine for a while slows both looks of a pair, and what hits one
 * look only (a collection of garbage takes a third of it) hits either model as often, as long as
 * the turns do not fall into step with it.
 */
export function compareTimes(times: readonly Timed[]): EvaluationFigures["latencyMs"] {
  const ratios = times.map(({ before, after }) => after / Math.max(1e-9, before));
  const interval = bootstrapInterval(times.length, (weights) =>
    median(ratios.flatMap((ratio, index) => new Array<number>(weights[index] ?? 0).fill(ratio))),
  );
  const percentiles = (side: Side) => {
    const of = times.map((pair) => pair[side]);
    return { p50: hundredth(quantile(of, 0.5)), p95: hundredth(quantile(of, 0.95)) };
  };
  return {
    before: percentiles("before"),
    after: percentiles("after"),
    ratio: median(ratios),
    ratioInterval: interval === null ? null : [interval[0], interval[1]],
  };
}

/** The geometric mean of the middle two where there are two: the other way round it is the inverse. */
function median(ratios: readonly number[]): number {
  const sorted = ratios.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return Math.sqrt((sorted[Math.floor(middle)] ?? 0) * (sorted[Math.ceil(middle)] ?? 0));
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

function hundredth(value: number): number {
  return Math.round(value * 100) / 100;
}
