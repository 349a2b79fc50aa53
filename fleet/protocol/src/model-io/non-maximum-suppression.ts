import { type Box, intersectionOverUnion } from "../box.ts";
import type { RawDetection } from "./raw-detection.ts";

/** Bounds the work on a frame that is all noise; a crowd has a few hundred. */
const MAX_CANDIDATES = 3000;
const MAX_DETECTIONS = 300;

/**
 * Keeps the best of the boxes of one class that overlap by more than `iou` (greedy, per class).
 *
 * @returns the best first, at most 300.
 */
export function suppressOverlaps(candidates: readonly RawDetection[], iou: number): RawDetection[] {
  const best = candidates.toSorted((a, b) => b.score - a.score).slice(0, MAX_CANDIDATES);
  const kept: RawDetection[] = [];
  const keptBoxes = new Map<number, Box[]>();
  for (const candidate of best) {
    const boxes = keptBoxes.get(candidate.classId) ?? [];
    if (boxes.some((box) => intersectionOverUnion(box, candidate.box) > iou)) continue;
    keptBoxes.set(candidate.classId, [...boxes, candidate.box]);
    kept.push(candidate);
    if (kept.length === MAX_DETECTIONS) break;
  }
  return kept;
}

/** The part of a box that lies in the frame. */
export function clipToFrame(box: Box): Box {
  const left = Math.min(1, Math.max(0, box[0]));
  const top = Math.min(1, Math.max(0, box[1]));
  const right = Math.min(1, Math.max(0, box[0] + box[2]));
  const bottom = Math.min(1, Math.max(0, box[1] + box[3]));
  return [left, top, right - left, bottom - top];
}
