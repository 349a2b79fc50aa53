import { localError } from "../errors.ts";
import type { LabelledFrame } from "./labels-file.ts";

/** Frames that are read at most; more of one clip teach nothing new and cost time. */
const MAX_TRAIN = 160;
const MAX_TEST = 240;

/** The share of the training boxes that choose when to stop. */
const VALIDATION_SHARE = 0.2;

/** Which frames teach, which choose when to stop, and which judge. */
export interface FrameSplit {
  train: LabelledFrame[];
  validation: LabelledFrame[];
  test: LabelledFrame[];
}

/**
 * Splits by time: the first part trains and the rest tests; the other way round where `reverse`. The
 * end of the training part, next to the test, is for validation: as much as holds a fifth of its boxes.
 * @throws CodedError INPUT_INVALID where there is nothing to learn from, or nothing to test on.
 */
export function splitFrames(
  labels: readonly LabelledFrame[],
  share: number,
  reverse: boolean,
): FrameSplit {
  const inTime = labels.toSorted((a, b) => a.frame - b.frame);
  const ordered = reverse ? inTime.toReversed() : inTime;
  const cut = Math.round(ordered.length * share);
  const learning = thinned(ordered.slice(0, cut), MAX_TRAIN);
  const test = thinned(ordered.slice(cut), MAX_TEST);
  for (const [part, frames] of [
    ["training", learning],
    ["test", test],
  ] as const) {
    if (countBoxes(frames) > 0) continue;
    const message = `the ${part} part has ${frames.length} frames and no box; change --split or the labels`;
    throw localError("INPUT_INVALID", message);
  }
  const wanted = countBoxes(learning) * VALIDATION_SHARE;
  let from = learning.length;
  while (from > 1 && countBoxes(learning.slice(from)) < wanted) from -= 1;
  // Where one frame holds almost all boxes, it teaches.
  const train = learning.slice(0, from);
  if (countBoxes(train) === 0) return { train: learning, validation: [], test };
  return { train, validation: learning.slice(from), test };
}

function countBoxes(frames: readonly LabelledFrame[]): number {
  return frames.reduce((sum, { boxes }) => sum + boxes.length, 0);
}

function thinned(frames: readonly LabelledFrame[], most: number): LabelledFrame[] {
  if (frames.length <= most) return [...frames];
  return frames.filter(
    (_, index) =>
      Math.floor((index * most) / frames.length) !==
      Math.floor(((index - 1) * most) / frames.length),
  );
}
