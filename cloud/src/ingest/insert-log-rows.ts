import type { NumberedRow } from "@sentinel/protocol/event-batch";
import type { Sql } from "../database/postgres.ts";
import { storableJson } from "../database/storable-json.ts";
import type { ParsedBatch } from "./parse-batch.ts";

const INSERT_LOG_ROWS = {
  name: "insert-log-rows",
  text: `insert into event_log
      (node_id, epoch, seq, through_seq, kind, event_id, camera_id, row, committed_at)
    select $1, $2, seq, through_seq, kind, event_id, camera_id, row, $3
    from unnest($4::bigint[], $5::bigint[], $6::text[], $7::uuid[], $8::text[], $9::jsonb[])
      as fresh (seq, through_seq, kind, event_id, camera_id, row)
    order by seq
    returning id, seq`,
};

/**
 * Writes the rows as they came.
 * @returns the row id by sequence number.
 */
export async function insertLogRows(
  sql: Sql,
  { nodeId, epoch }: ParsedBatch,
  fresh: readonly NumberedRow[],
  committedAt: number,
): Promise<Map<number, number>> {
  const rows = await sql.query<{ id: number; seq: number }>(INSERT_LOG_ROWS, [
    nodeId,
    epoch,
    committedAt,
    fresh.map(({ seq }) => seq),
    fresh.map(({ throughSeq }) => throughSeq),
    fresh.map(({ row }) => row.kind),
    fresh.map(({ row }) => (row.kind === "gap" ? null : row.eventId)),
    fresh.map(({ row }) => (row.kind === "gap" ? null : row.cameraId)),
    fresh.map(({ row }) => storableJson(row)),
  ]);
  return new Map(rows.map(({ id, seq }) => [seq, id]));
}
