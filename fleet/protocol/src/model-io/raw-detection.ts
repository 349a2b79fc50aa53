import type { Box } from "../box.ts";

/** What the model says, before its class has a name. */
export interface RawDetection {
  readonly classId: number;
  /** Objectness times class score, 0..1. */
  readonly score: number;
  /** `[x, y, width, height]` in fractions of the frame; may lie outside until it is clipped. */
  readonly box: Box;
}

/** Which detections are kept. */
export interface Thresholds {
  /** The least score. */
  readonly score: number;
  /** Of two boxes of one class that overlap by more than this, the better is kept. */
  readonly iou: number;
}
