import { bootstrapInterval } from "./bootstrap-interval.ts";
import type { EvaluationFigures } from "./evaluation-figures.ts";
import type { Side } from "./judged-pictures.ts";

/** Processor time that each of two models took for the same picture, one right after the other; ms. */
export type Timed = Readonly<Record<Side, number>>;

/** What else a machine does only ever adds to a time: the quarter below which few of it is left. */
const CALM = 0.25;

/** Two models' times over pairs of looks; there is at least one pair. */
export function compareTimes(times: readonly Timed[]): EvaluationFigures["latencyMs"] {
  const of = (side: Side) => times.map((pair) => pair[side]);
  const ratioOf = (pairs: readonly Timed[]) => {
    const [before, after] = [pairs.map((pair) => pair.before), pairs.map((pair) => pair.after)];
    return quantile(after, CALM) / Math.max(1e-9, quantile(before, CALM));
  };
  const interval = bootstrapInterval(times.length, (weights) =>
    ratioOf(times.flatMap((pair, index) => new Array<Timed>(weights[index] ?? 0).fill(pair))),
  );
  const percentiles = (side: Side) => ({
    p50: hundredth(quantile(of(side), 0.5)),
    p95: hundredth(quantile(of(side), 0.95)),
  });
  return {
    before: percentiles("before"),
    after: percentiles("after"),
    ratio: ratioOf(times),
    ratioInterval: interval === null ? null : [interval[0], interval[1]],
  };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

function hundredth(value: number): number {
  return Math.round(value * 100) / 100;
}
