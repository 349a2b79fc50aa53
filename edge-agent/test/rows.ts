import type { TrackRow } from "@sentinel/protocol/event-batch";
import { v7 as uuidv7 } from "uuid";

/** A row of a track, for tests that need rows and no camera. */
export function trackRow(changes: Partial<TrackRow> = {}): TrackRow {
  return {
    kind: "began",
    eventId: uuidv7(),
    cameraId: "gate-1",
    createdAt: 1_700_000_000_000,
    capturedAt: 1_700_000_000_000,
    startedAt: 1_700_000_000_000,
    endedAt: null,
    classId: 0,
    className: "person",
    score: 0.8,
    box: [0.1, 0.1, 0.2, 0.3],
    frames: 2,
    modelDigest: "a".repeat(64),
    snapshot: null,
    endReason: null,
    ...changes,
  };
}
