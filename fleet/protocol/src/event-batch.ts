import { z } from "zod";
import { boxSchema } from "./box.ts";
import {
  cameraIdSchema,
  epochSchema,
  eventIdSchema,
  nodeIdSchema,
  seqSchema,
  sha256Schema,
  timestampSchema,
} from "./ids.ts";

/** The JPEG of a track's best frame so far; the bytes travel by presigned upload, not over MQTT. */
export const snapshotRefSchema = z.object({
  sha256: sha256Schema,
  sizeBytes: z.int().min(1).max(5_000_000),
  width: z.int().min(1).max(8192),
  height: z.int().min(1).max(8192),
  /** Where the crop lies in the whole frame, as fractions. */
  crop: boxSchema,
});
export type SnapshotRef = z.infer<typeof snapshotRefSchema>;

/** One change of a track. Rows of one track share `eventId`; `began` comes first, `ended` last. */
export const trackRowSchema = z.object({
  kind: z.enum(["began", "improved", "ended"]),
  eventId: eventIdSchema,
  cameraId: cameraIdSchema,
  /** When the edge wrote the row. */
  createdAt: timestampSchema,
  /** Capture time of the frame that this row speaks of. */
  capturedAt: timestampSchema,
  /** Capture time of the track's first frame. */
  startedAt: timestampSchema,
  /** Capture time of the track's last frame; only in `ended`. */
  endedAt: timestampSchema.nullable(),
  classId: z.int().min(0).max(9999),
  className: z.string().min(1).max(100),
  /** Best score of the track so far. */
  score: z.number().min(0).max(1),
  /** Box in the best frame so far. */
  box: boxSchema,
  /** Frames in which the track was seen so far. */
  frames: z.int().min(1),
  /** SHA-256 of the ONNX file that saw it. */
  modelDigest: sha256Schema,
  snapshot: snapshotRefSchema.nullable(),
  /** Why the track ended; only in `ended`. */
  endReason: z.enum(["left", "camera-down", "agent-stopped", "agent-crashed"]).nullable(),
});
export type TrackRow = z.infer<typeof trackRowSchema>;

/** Motion that lasted and in which the model saw nothing: what it may have missed. */
export const motionRowSchema = z.object({
  kind: z.literal("motion"),
  eventId: eventIdSchema,
  cameraId: cameraIdSchema,
  createdAt: timestampSchema,
  capturedAt: timestampSchema,
  /** When the motion began. */
  startedAt: timestampSchema,
  /** Where it moves, in fractions of the frame. */
  box: boxSchema,
  modelDigest: sha256Schema,
  snapshot: snapshotRefSchema,
});
export type MotionRow = z.infer<typeof motionRowSchema>;

/**
 * A declared loss. It stands in the place of every row from its own sequence number through
 * `throughSeq`, so that the sequence stays whole: loss is possible only where it is said.
 */
export const gapRowSchema = z.object({
  kind: z.literal("gap"),
  createdAt: timestampSchema,
  throughSeq: seqSchema,
  reason: z.enum(["disk-budget", "disk-error", "cloud-behind"]),
  /** Rows dropped, by kind, where the edge still knows. */
  dropped: z.record(z.string().max(32), z.int().min(0)),
});
export type GapRow = z.infer<typeof gapRowSchema>;

export const outboxRowSchema = z.discriminatedUnion("kind", [
  trackRowSchema,
  motionRowSchema,
  gapRowSchema,
]);
export type OutboxRow = z.infer<typeof outboxRowSchema>;

/** Rows a batch may hold; the edge's window is smaller, this bounds what the cloud parses. */
export const MAX_BATCH_ROWS = 500;

/** Topic `events`: consecutive outbox rows, the first of which has sequence number `firstSeq`. */
export const eventBatchSchema = z.object({
  nodeId: nodeIdSchema,
  epoch: epochSchema,
  firstSeq: seqSchema,
  rows: z.array(outboxRowSchema).min(1).max(MAX_BATCH_ROWS),
});
export type EventBatch = z.infer<typeof eventBatchSchema>;

/** An outbox row with its own place in the sequence: it covers `seq` through `throughSeq`. */
export interface NumberedRow {
  seq: number;
  throughSeq: number;
  row: OutboxRow;
}

/**
 * Gives each row of a batch its sequence numbers.
 * @returns the rows in order, or null where a gap row ends before it begins (a forged batch).
 */
export function numberRows(batch: Pick<EventBatch, "firstSeq" | "rows">): NumberedRow[] | null {
  const numbered: NumberedRow[] = [];
  let seq = batch.firstSeq;
  for (const row of batch.rows) {
    const throughSeq = row.kind === "gap" ? row.throughSeq : seq;
    if (throughSeq < seq) return null;
    numbered.push({ seq, throughSeq, row });
    seq = throughSeq + 1;
  }
  return numbered;
}
