import type { NumberedRow } from "@sentinel/protocol/event-batch";
import type { Sql } from "../database/postgres.ts";
import { storableJson } from "../database/storable-json.ts";
import type { ParsedBatch } from "./parse-batch.ts";

const DIFFERING_ROWS = {
  name: "differing-rows",
  text: `select sent.seq
    from unnest($3::bigint[], $4::jsonb[]) as sent (seq, row)
    left join event_log stored on stored.node_id = $1 and stored.epoch = $2 and stored.seq = sent.seq
    where stored.row is distinct from sent.row`,
};

/**
 * The repeated rows whose content is not what was committed under their number: the edge's file went
 * back in time. A declared gap is no content; what it gave up may well be here.
 */
export async function differingRows(
  sql: Sql,
  { nodeId, epoch }: ParsedBatch,
  repeated: readonly NumberedRow[],
): Promise<NumberedRow[]> {
  const tracks = repeated.filter(({ row }) => row.kind !== "gap");
  if (tracks.length === 0) return [];
  const seqs = await sql.query<{ seq: number }>(DIFFERING_ROWS, [
    nodeId,
    epoch,
    tracks.map(({ seq }) => seq),
    tracks.map(({ row }) => storableJson(row)),
  ]);
  const differing = new Set(seqs.map(({ seq }) => seq));
  return tracks.filter(({ seq }) => differing.has(seq));
}
