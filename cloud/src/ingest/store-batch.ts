import type { NumberedRow } from "@sentinel/protocol/event-batch";
import type { Postgres } from "../database/postgres.ts";
import { differingRows } from "./differing-rows.ts";
import { insertLogRows } from "./insert-log-rows.ts";
import { insertMotion } from "./insert-motion.ts";
import type { ParsedBatch } from "./parse-batch.ts";
import { placeRows } from "./place-rows.ts";
import { upsertEvents } from "./upsert-events.ts";
import { advanceWatermark, lockWatermark } from "./watermark.ts";

/** What became of a batch; `committedSeq` is the node's watermark afterwards. */
export type StoreOutcome =
  | {
      kind: "committed";
      committedSeq: number;
      /** Rows that were new. */
      fresh: number;
      differing: NumberedRow[];
      /** SHA-256 of each snapshot that the new rows name and that is to be fetched. */
      snapshots: string[];
    }
  | { kind: "repeat"; committedSeq: number; differing: NumberedRow[] }
  | { kind: "gap"; committedSeq: number }
  | { kind: "unknown-epoch"; committedSeq: 0 };

/**
 * Second step: the rows above the watermark and the watermark itself, in one transaction that holds
 * the watermark's row lock, so that two ingest processes never both commit a row. Repeating a call
 * after a failure is safe: what was committed is then a repeat.
 * @throws the database's error.
 */
export function storeBatch(
  database: Postgres,
  batch: ParsedBatch,
  committedAt: number,
): Promise<StoreOutcome> {
  return database.transaction(async (sql) => {
    const committedSeq = await lockWatermark(sql, batch, committedAt);
    if (committedSeq === null) return { kind: "unknown-epoch", committedSeq: 0 };
    const { gap, repeated, fresh } = placeRows(committedSeq, batch.rows);
    if (gap) return { kind: "gap", committedSeq };
    const differing = await differingRows(sql, batch, repeated);
    if (fresh.length === 0) return { kind: "repeat", committedSeq, differing };
    const ids = await insertLogRows(sql, batch, fresh, committedAt);
    const snapshots = [
      ...(await upsertEvents(sql, batch, fresh, ids, committedAt)),
      ...(await insertMotion(sql, batch, fresh, committedAt)),
    ];
    const last = fresh.at(-1)?.throughSeq ?? committedSeq;
    await advanceWatermark(sql, batch, last, committedAt);
    return { kind: "committed", committedSeq: last, fresh: fresh.length, differing, snapshots };
  });
}
