import type { ImageMatches } from "./coco-matching.ts";

/** Recalls at which precision is read: 0, 0.01 … 1 (pycocotools' recThrs). */
export const RECALL_POINTS: readonly number[] = Array.from({ length: 101 }, (_, i) =>
  i === 100 ? 1 : i * 0.01,
);

/** How precision falls as recall grows, for one class at one IoU threshold. */
export interface PrecisionRecall {
  /** Precision at each of {@link RECALL_POINTS}; null where nothing was to be found. */
  readonly precision: readonly number[] | null;
  /** The highest recall reached; null where nothing was to be found. */
  readonly recall: number | null;
  /** Objects that should have been found. */
  readonly trueCount: number;
}

/** All detections of one class over pictures, best first, ready to be counted. */
export interface RankedDetections {
  readonly images: readonly number[];
  readonly matched: readonly boolean[];
  readonly ignored: readonly boolean[];
}

/** Puts the detections of pictures in one order; equal scores stay in the pictures' order. */
export function rankDetections(
  images: readonly ImageMatches[],
  threshold: number,
  maxDetections: number,
): RankedDetections {
  const all = images.flatMap((image, place) =>
    image.scores.slice(0, maxDetections).map((score, index) => ({
      score,
      place,
      matched: image.matched[threshold]?.[index] ?? false,
      ignored: image.ignored[threshold]?.[index] ?? false,
    })),
  );
  all.sort((a, b) => b.score - a.score);
  return {
    images: all.map(({ place }) => place),
    matched: all.map(({ matched }) => matched),
    ignored: all.map(({ ignored }) => ignored),
  };
}

/**
 * The curve of ranked detections, as pycocotools accumulates it (cocoeval.py, accumulate): precision
 * made monotone from the right, read at 101 recalls.
 *
 * @param trueCount objects by picture.
 * @param weights how often each picture counts; each once where it is left out.
 */
export function precisionRecall(
  ranked: RankedDetections,
  trueCount: readonly number[],
  weights: readonly number[] | null = null,
): PrecisionRecall {
  const objects = trueCount.reduce((sum, count, place) => sum + count * (weights?.[place] ?? 1), 0);
  if (objects === 0) return { precision: null, recall: null, trueCount: 0 };
  const recalls: number[] = [];
  const precisions: number[] = [];
  let right = 0;
  let wrong = 0;
  ranked.images.forEach((place, index) => {
    const weight = weights?.[place] ?? 1;
    if (ranked.ignored[index] === true || weight === 0) return;
    if (ranked.matched[index] === true) right += weight;
    else wrong += weight;
    recalls.push(right / objects);
    precisions.push(right / (right + wrong + Number.EPSILON));
  });
  for (let index = precisions.length - 1; index > 0; index--) {
    precisions[index - 1] = Math.max(precisions[index - 1] ?? 0, precisions[index] ?? 0);
  }
  let place = 0;
  const precision = RECALL_POINTS.map((point) => {
    while (place < recalls.length && (recalls[place] ?? 0) < point) place += 1;
    return precisions[place] ?? 0;
  });
  return { precision, recall: recalls.at(-1) ?? 0, trueCount: objects };
}

/** Mean precision over the curve; null where nothing was to be found. */
export function averagePrecision({ precision }: PrecisionRecall): number | null {
  if (precision === null) return null;
  return precision.reduce((sum, value) => sum + value, 0) / precision.length;
}
