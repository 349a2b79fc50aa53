import type { GapRow, OutboxRow } from "@sentinel/protocol/event-batch";
import type { Database } from "better-sqlite3";
import type { Meta } from "./meta.ts";
import type { RowTable } from "./row-table.ts";
import type { SnapshotTable } from "./snapshot-table.ts";

/** When the budget is reached, this share of it is made free at once, so that it happens seldom. */
const FREED_SHARE = 0.1;

/** Snapshots deleted between two looks at the size. */
const SNAPSHOTS_A_STEP = 16;

/** Rows looked at in one go when rows have to be dropped. */
const ROWS_A_STEP = 5000;

/**
 * Keeps the outbox within its disk budget. Snapshots go first, then `improved` rows that were never
 * sent, which become gap rows in their own place; `began` and `ended` are never dropped. Whatever
 * goes is said by a gap row in the same transaction.
 */
export class DiskBudget {
  readonly #database: Database;
  readonly #meta: Meta;
  readonly #rows: RowTable;
  readonly #snapshots: SnapshotTable;
  readonly #maxBytes: number;
  readonly #pageBytes: number;

  constructor(options: {
    database: Database;
    meta: Meta;
    rows: RowTable;
    snapshots: SnapshotTable;
    maxBytes: number;
  }) {
    this.#database = options.database;
    this.#meta = options.meta;
    this.#rows = options.rows;
    this.#snapshots = options.snapshots;
    this.#maxBytes = options.maxBytes;
    this.#pageBytes = this.#pragma("page_size");
  }

  /** Bytes in use: the file without the pages that are free to be used again. */
  usedBytes(): number {
    return (this.#pragma("page_count") - this.#pragma("freelist_count")) * this.#pageBytes;
  }

  /** To be called inside the transaction of every write that adds something. */
  keep(): void {
    if (this.usedBytes() <= this.#maxBytes) return;
    const wantedBytes = this.#maxBytes * (1 - FREED_SHARE);
    let snapshots = 0;
    while (this.usedBytes() > wantedBytes) {
      const dropped = this.#snapshots.dropOldest(SNAPSHOTS_A_STEP);
      if (dropped === 0) break;
      snapshots += dropped;
    }
    if (snapshots > 0) this.#rows.appendGap("disk-budget", { snapshot: snapshots });
    if (this.usedBytes() > this.#maxBytes) this.#dropImproved();
  }

  /** Turns runs of unsent `improved` rows (and gaps of the same kind) into one gap row each. */
  #dropImproved(): void {
    let run: { fromSeq: number; throughSeq: number; rows: number; improved: number } | null = null;
    const close = () => {
      if (run !== null && run.improved > 0) this.#replace(run);
      run = null;
    };
    for (const stored of this.#rows.stored(this.#meta.number("sent_seq") + 1, ROWS_A_STEP)) {
      const row = JSON.parse(stored.row) as OutboxRow;
      const improved = droppedBy(row);
      if (improved === null) {
        close();
        continue;
      }
      run ??= { fromSeq: stored.seq, throughSeq: stored.seq, rows: 0, improved: 0 };
      run.throughSeq = row.kind === "gap" ? row.throughSeq : stored.seq;
      run.rows += improved.total;
      run.improved += improved.fresh;
    }
    close();
  }

  #replace(run: { fromSeq: number; throughSeq: number; rows: number; improved: number }): void {
    const gap: GapRow = {
      kind: "gap",
      createdAt: Date.now(),
      throughSeq: run.throughSeq,
      reason: "disk-budget",
      dropped: { improved: run.rows },
    };
    this.#rows.deleteRange(run.fromSeq, run.throughSeq);
    this.#rows.put(run.fromSeq, gap);
    this.#rows.tally("improved-dropped", run.improved);
  }

  #pragma(name: string): number {
    return Number(this.#database.pragma(name, { simple: true }));
  }
}

/** How many `improved` rows go with this row; null where it must stay. */
function droppedBy(row: OutboxRow): { total: number; fresh: number } | null {
  if (row.kind === "improved") return { total: 1, fresh: 1 };
  if (row.kind !== "gap" || row.reason !== "disk-budget") return null;
  const { improved, ...others } = row.dropped;
  return improved === undefined || Object.keys(others).length > 0
    ? null
    : { total: improved, fresh: 0 };
}
