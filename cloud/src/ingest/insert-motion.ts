import type { MotionRow, NumberedRow } from "@sentinel/protocol/event-batch";
import type { Sql } from "../database/postgres.ts";
import type { ParsedBatch } from "./parse-batch.ts";

/** A sighting is told once and never changes; an id that is known already is left as it is. */
const INSERT_MOTION = {
  name: "insert-motion",
  text: `insert into motion_sightings (node_id, event_id, camera_id, started_at, captured_at, box,
      model_digest, snapshot_sha256, snapshot_size_bytes, snapshot_width, snapshot_height,
      snapshot_crop, snapshot_asks, snapshot_asked_at, committed_at)
    select $1, event_id, camera_id, started_at, captured_at, box::float8[], model_digest, sha256,
      size_bytes, width, height, crop::float8[], 1, $2, $2
    from unnest($3::uuid[], $4::text[], $5::bigint[], $6::bigint[], $7::text[], $8::text[],
      $9::text[], $10::int[], $11::int[], $12::int[], $13::text[])
      as fresh (event_id, camera_id, started_at, captured_at, box, model_digest, sha256, size_bytes,
        width, height, crop)
    on conflict (event_id) do nothing
    returning snapshot_sha256 as sha256`,
};

/**
 * Keeps the sightings of motion among the new rows.
 * @returns the SHA-256 of each of their snapshots; it counts as asked for at `now`.
 */
export async function insertMotion(
  sql: Sql,
  { nodeId }: ParsedBatch,
  fresh: readonly NumberedRow[],
  now: number,
): Promise<string[]> {
  const rows = fresh.flatMap(({ row }): MotionRow[] => (row.kind === "motion" ? [row] : []));
  if (rows.length === 0) return [];
  const inserted = await sql.query<{ sha256: string }>(INSERT_MOTION, [
    nodeId,
    now,
    rows.map((row) => row.eventId),
    rows.map((row) => row.cameraId),
    rows.map((row) => row.startedAt),
    rows.map((row) => row.capturedAt),
    rows.map((row) => `{${row.box.join(",")}}`),
    rows.map((row) => row.modelDigest),
    rows.map(({ snapshot }) => snapshot.sha256),
    rows.map(({ snapshot }) => snapshot.sizeBytes),
    rows.map(({ snapshot }) => snapshot.width),
    rows.map(({ snapshot }) => snapshot.height),
    rows.map(({ snapshot }) => `{${snapshot.crop.join(",")}}`),
  ]);
  return inserted.map(({ sha256 }) => sha256);
}
