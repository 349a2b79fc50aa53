import type { ImageMatches } from "./coco-matching.ts";
import { averagePrecision, rankDetections, soughtObjects } from "./precision-recall.ts";
import { seededRandom } from "./seeded-random.ts";

/** Between these bounds the figure lies in 95 of 100 draws of the pictures. */
export type Interval = readonly [low: number, high: number];

/** Told how many draws of how many were read. */
export type BootstrapProgress = (done: number, of: number) => void;

const DRAWS = 1000;
const SHARE = 0.95;

/**
 * The percentile bootstrap (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter
 * 13) over pictures: draws as many as there are, with repetition, and reads the figure each time.
 * Figures of one draw are of the same pictures, so their difference is a paired one.
 *
 * @param figure of one draw: how often each picture counts; null where it cannot be measured.
 * @returns null where no draw could be measured.
 */
export function bootstrapInterval(
  pictures: number,
  figure: (weights: readonly number[]) => number | null,
  seed = 1,
): Interval | null {
  const [interval = null] = bootstrapIntervals(pictures, (weights) => [figure(weights)], { seed });
  return interval;
}

/**
 * As {@link bootstrapInterval}, of many figures on the same draws.
 * @param figures of one draw, always as many and in the same order.
 */
export function bootstrapIntervals(
  pictures: number,
  figures: (weights: readonly number[]) => readonly (number | null)[],
  { seed = 1, onDraw = () => {} }: { seed?: number; onDraw?: BootstrapProgress } = {},
): (Interval | null)[] {
  const random = seededRandom(seed);
  const values: number[][] = [];
  for (let draw = 0; draw < DRAWS; draw++) {
    const weights = new Array<number>(pictures).fill(0);
    for (let index = 0; index < pictures; index++) {
      const place = Math.floor(random() * pictures);
      weights[place] = (weights[place] ?? 0) + 1;
    }
    for (const [index, value] of figures(weights).entries()) {
      values[index] ??= [];
      if (value !== null) values[index].push(value);
    }
    onDraw(draw + 1, DRAWS);
  }
  return values.map(intervalOf);
}

function intervalOf(values: number[]): Interval | null {
  if (values.length === 0) return null;
  values.sort((a, b) => a - b);
  const at = (share: number) =>
    values[Math.min(values.length - 1, Math.floor(share * values.length))] ?? 0;
  return [at((1 - SHARE) / 2), at((1 + SHARE) / 2)];
}

/**
 * AP of one class at one threshold as a figure of weighted pictures, for {@link bootstrapInterval}.
 *
 * @param images by picture, in the same order as the weights.
 * @param threshold index into the thresholds that the pictures were matched with.
 */
export function weightedAveragePrecision(
  images: readonly ImageMatches[],
  threshold: number,
): (weights: readonly number[] | null) => number | null {
  const ranked = rankDetections(images, threshold, 100);
  const sought = soughtObjects(images);
  return (weights) => averagePrecision(ranked, sought, weights).ap;
}
