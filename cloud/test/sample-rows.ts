import type { GapRow, MotionRow, TrackRow } from "@sentinel/protocol/event-batch";
import { uuidV7 } from "./uuid-v7.ts";

/** A valid `began` row of a new event, with what is given changed. */
export function trackRow(change: Partial<TrackRow> = {}): TrackRow {
  const at = change.startedAt ?? Date.now();
  return {
    kind: "began",
    eventId: uuidV7(at),
    cameraId: "gate-1",
    createdAt: at,
    capturedAt: at,
    startedAt: at,
    endedAt: null,
    classId: 0,
    className: "person",
    score: 0.8,
    box: [0.1, 0.2, 0.3, 0.4],
    frames: 3,
    modelDigest: "a".repeat(64),
    snapshot: null,
    endReason: null,
    ...change,
  };
}

/** So many `began` rows of different events. */
export function trackRows(count: number): TrackRow[] {
  return Array.from({ length: count }, () => trackRow());
}

/** A declared gap through this sequence number. */
export function gapRow(throughSeq: number): GapRow {
  return { kind: "gap", createdAt: Date.now(), throughSeq, reason: "disk-budget", dropped: {} };
}

/** A sighting of motion without a box. */
export function motionRow(change: Partial<MotionRow> = {}): MotionRow {
  const at = change.startedAt ?? Date.now();
  return {
    kind: "motion",
    eventId: uuidV7(at),
    cameraId: "gate-1",
    createdAt: at,
    capturedAt: at,
    startedAt: at,
    box: [0.1, 0.2, 0.3, 0.4],
    modelDigest: "a".repeat(64),
    snapshot: {
      sha256: "b".repeat(64),
      sizeBytes: 1000,
      width: 320,
      height: 240,
      crop: [0, 0.1, 0.5, 0.6],
    },
    ...change,
  };
}
