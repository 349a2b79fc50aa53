import type { NumberedRow, TrackRow } from "@sentinel/protocol/event-batch";
import type { Sql } from "../database/postgres.ts";
import { storableText } from "../database/storable-json.ts";
import type { ParsedBatch } from "./parse-batch.ts";

/**
 * Rows are cumulative, so the newest of an event says all; what it leaves open (a snapshot, an end)
 * stays as it was. An event belongs to the node that began it: another's rows do not touch it.
 */
const UPSERT_EVENTS = {
  name: "upsert-events",
  text: `insert into events (node_id, epoch, event_id, camera_id, class_id, class_name, score, box,
      frames, started_at, last_at, ended_at, end_reason, state, model_digest, snapshot_sha256,
      snapshot_size_bytes, snapshot_width, snapshot_height, snapshot_crop, snapshot_asks, snapshot_asked_at, last_row_id)
    select $1, $2, event_id, camera_id, class_id, class_name, score, box::float8[], frames,
      started_at, last_at, ended_at, end_reason, case when ended_at is null then 'open' else 'ended' end,
      model_digest, snapshot_sha256, snapshot_size_bytes, snapshot_width, snapshot_height,
      snapshot_crop::float8[], case when snapshot_sha256 is null then 0 else 1 end,
      case when snapshot_sha256 is not null then $21::bigint end, last_row_id
    from unnest($3::uuid[], $4::text[], $5::int[], $6::text[], $7::float8[], $8::text[],
      $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::text[], $14::text[],
      $15::text[], $16::int[], $17::int[], $18::int[], $19::text[], $20::bigint[])
      as fresh (event_id, camera_id, class_id, class_name, score, box, frames, started_at, last_at,
        ended_at, end_reason, model_digest, snapshot_sha256, snapshot_size_bytes, snapshot_width,
        snapshot_height, snapshot_crop, last_row_id)
    order by event_id
    on conflict (event_id) do update set
      class_id = excluded.class_id,
      class_name = excluded.class_name,
      score = excluded.score,
      box = excluded.box,
      frames = excluded.frames,
      last_at = greatest(events.last_at, excluded.last_at),
      ended_at = coalesce(excluded.ended_at, events.ended_at),
      end_reason = coalesce(excluded.end_reason, events.end_reason),
      state = case when events.state = 'ended' then 'ended' else excluded.state end,
      model_digest = excluded.model_digest,
      snapshot_sha256 = coalesce(excluded.snapshot_sha256, events.snapshot_sha256),
      snapshot_size_bytes = coalesce(excluded.snapshot_size_bytes, events.snapshot_size_bytes),
      snapshot_width = coalesce(excluded.snapshot_width, events.snapshot_width),
      snapshot_height = coalesce(excluded.snapshot_height, events.snapshot_height),
      snapshot_crop = coalesce(excluded.snapshot_crop, events.snapshot_crop),
      snapshot_stored_at = case when coalesce(excluded.snapshot_sha256, events.snapshot_sha256)
          is not distinct from events.snapshot_sha256
        then events.snapshot_stored_at end,
      snapshot_gone_at = case when coalesce(excluded.snapshot_sha256, events.snapshot_sha256)
          is not distinct from events.snapshot_sha256
        then events.snapshot_gone_at end,
      snapshot_asks = case when coalesce(excluded.snapshot_sha256, events.snapshot_sha256)
          is not distinct from events.snapshot_sha256
        then events.snapshot_asks else 1 end,
      snapshot_asked_at = case when coalesce(excluded.snapshot_sha256, events.snapshot_sha256)
          is not distinct from events.snapshot_sha256
        then events.snapshot_asked_at else excluded.snapshot_asked_at end,
      last_row_id = excluded.last_row_id
    where events.node_id = excluded.node_id
    returning snapshot_sha256 as sha256,
      snapshot_stored_at is null and snapshot_asked_at = $21::bigint as awaited`,
};

/**
 * Brings the events up to date with their newest rows.
 * @returns the SHA-256 of each snapshot that is new; it counts as asked for at `now`.
 */
export async function upsertEvents(
  sql: Sql,
  { nodeId, epoch }: ParsedBatch,
  fresh: readonly NumberedRow[],
  ids: ReadonlyMap<number, number>,
  now: number,
): Promise<string[]> {
  const newest = new Map<string, { seq: number; row: TrackRow; snapshot: TrackRow["snapshot"] }>();
  for (const { seq, row } of fresh) {
    if (row.kind === "gap" || row.kind === "motion") continue;
    const before = newest.get(row.eventId);
    newest.set(row.eventId, { seq, row, snapshot: row.snapshot ?? before?.snapshot ?? null });
  }
  if (newest.size === 0) return [];
  const events = [...newest.values()];
  const rows = events.map(({ row }) => row);
  const snapshots = events.map(({ snapshot }) => snapshot);
  const upserted = await sql.query<{ sha256: string | null; awaited: boolean | null }>(
    UPSERT_EVENTS,
    [
      nodeId,
      epoch,
      rows.map((row) => row.eventId),
      rows.map((row) => row.cameraId),
      rows.map((row) => row.classId),
      rows.map((row) => storableText(row.className)),
      rows.map((row) => row.score),
      rows.map((row) => `{${row.box.join(",")}}`),
      rows.map((row) => row.frames),
      rows.map((row) => row.startedAt),
      rows.map((row) => Math.max(row.capturedAt, row.endedAt ?? 0)),
      rows.map((row) => (row.kind === "ended" ? (row.endedAt ?? row.capturedAt) : null)),
      rows.map((row) => row.endReason),
      rows.map((row) => row.modelDigest),
      snapshots.map((snapshot) => snapshot?.sha256 ?? null),
      snapshots.map((snapshot) => snapshot?.sizeBytes ?? null),
      snapshots.map((snapshot) => snapshot?.width ?? null),
      snapshots.map((snapshot) => snapshot?.height ?? null),
      snapshots.map((snapshot) => (snapshot === null ? null : `{${snapshot.crop.join(",")}}`)),
      events.map(({ seq }) => ids.get(seq) ?? 0),
      now,
    ],
  );
  return upserted.flatMap(({ sha256, awaited }) => (awaited === true ? (sha256 ?? []) : []));
}
