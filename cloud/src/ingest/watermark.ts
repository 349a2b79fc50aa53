import { EVENT_LOG_CHANNEL } from "../database/channels.ts";
import type { Sql } from "../database/postgres.ts";
import type { ParsedBatch } from "./parse-batch.ts";

const NEW_WATERMARK = {
  name: "new-watermark",
  text: `insert into watermarks (node_id, epoch, committed_seq, committed_at)
    values ($1, $2, 0, $3) on conflict do nothing`,
};

const LOCK_WATERMARK = {
  name: "lock-watermark",
  text: `select committed_seq from watermarks where node_id = $1 and epoch = $2 for update`,
};

/**
 * Takes the row lock of the node's watermark, which is held until the transaction ends.
 * @returns the watermark, or null where the epoch is unknown and does not begin here.
 */
export async function lockWatermark(
  sql: Sql,
  { nodeId, epoch, firstSeq }: ParsedBatch,
  now: number,
): Promise<number | null> {
  const [known] = await sql.query<{ committed_seq: number }>(LOCK_WATERMARK, [nodeId, epoch]);
  if (known !== undefined) return known.committed_seq;
  if (firstSeq > 1) return null;
  await sql.query(NEW_WATERMARK, [nodeId, epoch, now]);
  const [made] = await sql.query<{ committed_seq: number }>(LOCK_WATERMARK, [nodeId, epoch]);
  return made?.committed_seq ?? null;
}

const ADVANCE_WATERMARK = {
  name: "advance-watermark",
  text: `with told as (select pg_notify('${EVENT_LOG_CHANNEL}', ''))
    update watermarks set committed_seq = $3, committed_at = $4
    from told where node_id = $1 and epoch = $2`,
};

/** Moves the watermark, and tells whoever follows the event log when the transaction commits. */
export async function advanceWatermark(
  sql: Sql,
  { nodeId, epoch }: ParsedBatch,
  committedSeq: number,
  now: number,
): Promise<void> {
  await sql.query(ADVANCE_WATERMARK, [nodeId, epoch, committedSeq, now]);
}
