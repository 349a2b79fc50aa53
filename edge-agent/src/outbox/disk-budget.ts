import type { GapRow, OutboxRow } from "@sentinel/protocol/event-batch";
import type { Database } from "better-sqlite3";
import { addDropped, mayJoinGap } from "./gap-run.ts";
import type { Meta } from "./meta.ts";
import type { RowTable } from "./row-table.ts";
import type { SnapshotTable } from "./snapshot-table.ts";

/** When the budget is reached, this share of it is made free at once, so that it happens seldom, ... */
const FREED_SHARE = 0.1;

/** ... but not more than this, so that the agent's thread does not stand still for long. */
const MAX_FREED_BYTES = 16 * 1024 * 1024;

/** Snapshots deleted between two looks at the size. */
const SNAPSHOTS_A_STEP = 16;

/** Rows looked at between two looks at the size, ... */
const ROWS_A_STEP = 64;

/** ... and in one call; the next one goes on where this one stopped. */
const ROWS_A_CALL = 20_000;

/**
 * Keeps the outbox within its disk budget. Unsent `improved` rows go first, oldest first, each with
 * its snapshot, and become gap rows in their own place; then snapshots go, those of the surest
 * detections first. `began` and `ended` are never dropped. Whatever goes is said by a gap row in the
 * same transaction; neighbouring gap rows become one.
 */
export class DiskBudget {
  readonly #database: Database;
  readonly #meta: Meta;
  readonly #rows: RowTable;
  readonly #snapshots: SnapshotTable;
  readonly #maxBytes: number;
  readonly #wantedBytes: number;
  readonly #pageBytes: number;
  /** Every row before it was looked at: nothing there can be dropped any more. */
  #lookedUpTo = 0;
  /** The gap row that counts dropped snapshots, as long as it was not sent. */
  #snapshotGapSeq = 0;

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
    this.#wantedBytes = this.#maxBytes - Math.min(this.#maxBytes * FREED_SHARE, MAX_FREED_BYTES);
    this.#pageBytes = this.#pragma("page_size");
  }

  /** Bytes in use: the file without the pages that are free to be used again. */
  usedBytes(): number {
    return (this.#pragma("page_count") - this.#pragma("freelist_count")) * this.#pageBytes;
  }

  /** To be called inside the transaction of every write that adds something. */
  keep(): void {
    if (this.usedBytes() <= this.#maxBytes) return;
    if (this.#dropImproved() && this.usedBytes() > this.#maxBytes) this.#dropSnapshots();
  }

  /** What it remembers, to be given back by `restore` where the transaction fails. */
  mark(): BudgetMark {
    return { lookedUpTo: this.#lookedUpTo, snapshotGapSeq: this.#snapshotGapSeq };
  }

  /** Without a mark it begins anew, as it must when rows got other numbers. */
  restore(mark: BudgetMark = { lookedUpTo: 0, snapshotGapSeq: 0 }): void {
    this.#lookedUpTo = mark.lookedUpTo;
    this.#snapshotGapSeq = mark.snapshotGapSeq;
  }

  /** @returns false where there may be more to drop: this call has looked at enough rows. */
  #dropImproved(): boolean {
    for (let looked = 0; looked < ROWS_A_CALL; looked += ROWS_A_STEP) {
      if (this.usedBytes() <= this.#wantedBytes) return true;
      if (this.#dropImprovedStep() < ROWS_A_STEP) return true;
    }
    return this.usedBytes() <= this.#wantedBytes;
  }

  /** Turns runs of `improved` rows and gap rows into one gap row each. @returns rows looked at. */
  #dropImprovedStep(): number {
    const fromSeq = Math.max(this.#meta.number("sent_seq") + 1, this.#lookedUpTo);
    const found = this.#rows.stored(fromSeq, ROWS_A_STEP);
    let run: Run | null = null;
    for (const { seq, row: json } of found) {
      const row = JSON.parse(json) as OutboxRow;
      if (!mayJoinGap(row)) {
        this.#close(run);
        run = null;
        this.#lookedUpTo = seq + 1;
        continue;
      }
      run ??= { fromSeq: seq, throughSeq: seq, rows: 0, improved: 0, dropped: {} };
      run.throughSeq = row.kind === "gap" ? row.throughSeq : seq;
      run.rows += 1;
      if (row.kind === "improved") run.improved += 1;
      run.dropped = addDropped(run.dropped, row.kind === "gap" ? row.dropped : { improved: 1 });
    }
    this.#close(run);
    // A run at the end may go on with the rows that follow it.
    if (run !== null) this.#lookedUpTo = run.fromSeq;
    return found.length;
  }

  #close(run: Run | null): void {
    if (run === null || (run.rows === 1 && run.improved === 0)) return;
    const { fromSeq, throughSeq } = run;
    const snapshot = this.#snapshots.dropRange(fromSeq, throughSeq);
    const dropped = snapshot === 0 ? run.dropped : addDropped(run.dropped, { snapshot });
    this.#rows.deleteRange(fromSeq, throughSeq);
    this.#rows.put(fromSeq, {
      kind: "gap",
      createdAt: Date.now(),
      throughSeq,
      reason: "disk-budget",
      dropped,
    });
    if (run.improved > 0) this.#rows.tally("improved-dropped", run.improved);
  }

  #dropSnapshots(): void {
    let snapshot = 0;
    while (this.usedBytes() > this.#wantedBytes) {
      const dropped = this.#snapshots.dropSurest(SNAPSHOTS_A_STEP);
      if (dropped === 0) break;
      snapshot += dropped;
    }
    if (snapshot > 0) this.#saySnapshots({ snapshot });
  }

  /** Adds to the gap row that was written for the last ones, where it has not been sent. */
  #saySnapshots(dropped: GapRow["dropped"]): void {
    const seq = this.#snapshotGapSeq;
    const row = seq > this.#meta.number("sent_seq") ? this.#rows.at(seq) : null;
    if (row?.kind === "gap" && row.reason === "disk-budget") {
      this.#rows.rewriteGap(seq, { ...row, dropped: addDropped(row.dropped, dropped) });
    } else {
      this.#snapshotGapSeq = this.#rows.appendGap("disk-budget", dropped);
    }
  }

  #pragma(name: string): number {
    return Number(this.#database.pragma(name, { simple: true }));
  }
}

/** How far the budget has looked. */
export interface BudgetMark {
  lookedUpTo: number;
  snapshotGapSeq: number;
}

/** Neighbouring rows that become one gap row. */
interface Run {
  fromSeq: number;
  throughSeq: number;
  rows: number;
  improved: number;
  dropped: GapRow["dropped"];
}
