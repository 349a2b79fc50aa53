import type { Box } from "@sentinel/protocol/box";
import type { Reads } from "../tables.ts";

/** A snapshot as an operator sees it; the picture is at `url` once `storedAt` is set. */
export interface SnapshotItem {
  sha256: string;
  width: number;
  height: number;
  /** Where the crop lies in the whole frame, as fractions. */
  crop: Box;
  sizeBytes: number;
  storedAt: number | null;
  /** When the node said that it no longer has it: then it will never arrive. */
  goneAt: number | null;
  /** Path on this server: `/api/snapshots/{sha256}.jpg`. */
  url: string;
}

/** An event as an operator sees it: the sum of its rows so far. */
export interface EventItem {
  eventId: string;
  nodeId: string;
  cameraId: string;
  cameraName: string;
  classId: number;
  className: string;
  score: number;
  box: Box;
  startedAt: number;
  lastAt: number;
  endedAt: number | null;
  endReason: string | null;
  state: "open" | "ended";
  frames: number;
  modelDigest: string;
  snapshot: SnapshotItem | null;
  lastRowId: number;
}

/** The events with the name of their camera; every query for {@link EventItem}s begins with it. */
export function selectEvents(db: Reads) {
  return db
    .selectFrom("events as e")
    .leftJoin("cameras as c", (join) =>
      join.onRef("c.node_id", "=", "e.node_id").onRef("c.camera_id", "=", "e.camera_id"),
    )
    .selectAll("e")
    .select("c.name as camera_name");
}

type EventRow = Awaited<ReturnType<ReturnType<typeof selectEvents>["execute"]>>[number];

/** Turns a row of {@link selectEvents} into what people are told. */
export function toEventItem(row: EventRow): EventItem {
  return {
    eventId: row.event_id,
    nodeId: row.node_id,
    cameraId: row.camera_id,
    cameraName: row.camera_name ?? row.camera_id,
    classId: row.class_id,
    className: row.class_name,
    score: row.score,
    box: row.box,
    startedAt: row.started_at,
    lastAt: row.last_at,
    endedAt: row.ended_at,
    endReason: row.end_reason,
    state: row.state,
    frames: row.frames,
    modelDigest: row.model_digest,
    snapshot: toSnapshotItem(row),
    lastRowId: row.last_row_id,
  };
}

function toSnapshotItem(row: EventRow): SnapshotItem | null {
  if (row.snapshot_sha256 === null) return null;
  return {
    sha256: row.snapshot_sha256,
    width: row.snapshot_width ?? 0,
    height: row.snapshot_height ?? 0,
    crop: row.snapshot_crop ?? [0, 0, 1, 1],
    sizeBytes: row.snapshot_size_bytes ?? 0,
    storedAt: row.snapshot_stored_at,
    goneAt: row.snapshot_gone_at,
    url: `/api/snapshots/${row.snapshot_sha256}.jpg`,
  };
}
