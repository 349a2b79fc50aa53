import type { ImageMatches } from "./coco-matching.ts";

/** Recalls at which precision is read: 0, 0.01 … 1 (pycocotools' recThrs). */
const RECALL_POINTS: readonly number[] = Array.from({ length: 101 }, (_, i) =>
  i === 100 ? 1 : i * 0.01,
);

/** How precision falls as recall grows, for one class at one IoU threshold. */
export interface PrecisionRecall {
  /** Precision at recalls 0, 0.01 … 1; null where nothing was to be found. */
  readonly precision: readonly number[] | null;
  /** The highest recall reached; null where nothing was to be found. */
  readonly recall: number | null;
}

/** All detections of one class over pictures, best first, ready to be counted again and again. */
export interface RankedDetections {
  /** Place of each one's picture in the list of pictures. */
  readonly places: Int32Array;
  readonly outcomes: Uint8Array;
}

/** What should have been found, by place of the picture; pictures in which nothing should are left out. */
export interface SoughtObjects {
  readonly places: Int32Array;
  readonly counts: Int32Array;
}

const WRONG = 0;
const RIGHT = 1;
const NEITHER = 2;

/**
 * Puts the detections of pictures in one order; equal scores stay in the pictures' order.
 * @param placeOf where a picture stands among all that weights are given for; its place in `images`
 *   where it is left out.
 */
export function rankDetections(
  images: readonly ImageMatches[],
  threshold: number,
  maxDetections: number,
  placeOf: (image: ImageMatches, index: number) => number = (_image, index) => index,
): RankedDetections {
  const all = images.flatMap((image, index) =>
    image.scores.slice(0, maxDetections).map((score, detection) => ({
      score,
      place: placeOf(image, index),
      outcome:
        image.ignored[threshold]?.[detection] === true
          ? NEITHER
          : image.matched[threshold]?.[detection] === true
            ? RIGHT
            : WRONG,
    })),
  );
  all.sort((a, b) => b.score - a.score);
  return {
    places: Int32Array.from(all, ({ place }) => place),
    outcomes: Uint8Array.from(all, ({ outcome }) => outcome),
  };
}

/** What should have been found in pictures; `placeOf` as in {@link rankDetections}. */
export function soughtObjects(
  images: readonly ImageMatches[],
  placeOf: (image: ImageMatches, index: number) => number = (_image, index) => index,
): SoughtObjects {
  const some = images.flatMap((image, index) =>
    image.trueCount === 0 ? [] : [{ place: placeOf(image, index), count: image.trueCount }],
  );
  return {
    places: Int32Array.from(some, ({ place }) => place),
    counts: Int32Array.from(some, ({ count }) => count),
  };
}

/**
 * The curve of ranked detections, as pycocotools accumulates it (cocoeval.py, accumulate): precision
 * made monotone from the right, read at 101 recalls.
 *
 * @param weights how often each picture counts, by its place; each once where it is null.
 */
export function precisionRecall(
  ranked: RankedDetections,
  sought: SoughtObjects,
  weights: readonly number[] | null = null,
): PrecisionRecall {
  const steps = accumulate(ranked, sought, weights);
  if (steps === null) return { precision: null, recall: null };
  const precision: number[] = [];
  readPrecision(steps, (value) => precision.push(value));
  return { precision, recall: steps.recall };
}

/**
 * Mean precision over the curve, and the highest recall reached; null where nothing was to be found.
 * Parameters as of {@link precisionRecall}, of which no curve is kept: this is asked a thousand times.
 */
export function averagePrecision(
  ranked: RankedDetections,
  sought: SoughtObjects,
  weights: readonly number[] | null = null,
): { ap: number | null; recall: number | null } {
  const steps = accumulate(ranked, sought, weights);
  if (steps === null) return { ap: null, recall: null };
  let sum = 0;
  readPrecision(steps, (value) => {
    sum += value;
  });
  return { ap: sum / RECALL_POINTS.length, recall: steps.recall };
}

/** Recall and precision after each detection that counts, precision made monotone from the right. */
interface Steps {
  readonly recalls: Float64Array;
  readonly precisions: Float64Array;
  readonly length: number;
  readonly recall: number;
}

/** Overwritten by each call of {@link accumulate}, so that a thousand draws make no garbage. */
let scratch = { recalls: new Float64Array(0), precisions: new Float64Array(0) };

/** Null where nothing was to be found. */
function accumulate(
  { places, outcomes }: RankedDetections,
  sought: SoughtObjects,
  weights: readonly number[] | null,
): Steps | null {
  const objects = countSought(sought, weights);
  if (objects === 0) return null;
  if (scratch.recalls.length < places.length) {
    const size = 2 * places.length;
    scratch = { recalls: new Float64Array(size), precisions: new Float64Array(size) };
  }
  const { recalls, precisions } = scratch;
  let length = 0;
  let right = 0;
  let wrong = 0;
  for (let index = 0; index < places.length; index++) {
    const outcome = outcomes[index];
    const weight = weights === null ? 1 : (weights[places[index] ?? 0] ?? 0);
    if (outcome === NEITHER || weight === 0) continue;
    if (outcome === RIGHT) right += weight;
    else wrong += weight;
    recalls[length] = right / objects;
    precisions[length] = right / (right + wrong + Number.EPSILON);
    length += 1;
  }
  for (let index = length - 1; index > 0; index--) {
    precisions[index - 1] = Math.max(precisions[index - 1] ?? 0, precisions[index] ?? 0);
  }
  return { recalls, precisions, length, recall: right / objects };
}

function readPrecision({ recalls, precisions, length }: Steps, take: (value: number) => void) {
  let place = 0;
  for (const point of RECALL_POINTS) {
    while (place < length && (recalls[place] ?? 0) < point) place += 1;
    take(place < length ? (precisions[place] ?? 0) : 0);
  }
}

function countSought({ places, counts }: SoughtObjects, weights: readonly number[] | null): number {
  let objects = 0;
  for (let index = 0; index < places.length; index++) {
    objects += (counts[index] ?? 0) * (weights === null ? 1 : (weights[places[index] ?? 0] ?? 0));
  }
  return objects;
}
