import type { GapRow, MotionRow, OutboxRow, TrackRow } from "@sentinel/protocol/event-batch";
import type { Database, Statement } from "better-sqlite3";
import type { Meta } from "./meta.ts";

/** Consecutive rows, ready to be sent. */
export interface OutboxSlice {
  firstSeq: number;
  throughSeq: number;
  rows: OutboxRow[];
}

/** A row as it lies in the file. */
export interface StoredRow {
  seq: number;
  row: string;
}

/** The tables `outbox`, `ledger` and `open_tracks`; every method runs inside a transaction. */
export class RowTable {
  readonly #meta: Meta;
  readonly #database: Database;
  readonly #insert: Statement<[number, string]>;
  readonly #from: Statement<[number, number], StoredRow>;
  readonly #deleteRange: Statement<[number, number]>;
  readonly #tally: Statement<[string, number]>;
  readonly #noteOpen: Statement<[string, string]>;
  readonly #forgetOpen: Statement<[string]>;
  #count: number;

  constructor(database: Database, meta: Meta) {
    this.#database = database;
    this.#meta = meta;
    this.#insert = database.prepare("INSERT INTO outbox (seq, row) VALUES (?, ?)");
    this.#from = database.prepare(
      "SELECT seq, row FROM outbox WHERE seq >= ? ORDER BY seq LIMIT ?",
    );
    this.#deleteRange = database.prepare("DELETE FROM outbox WHERE seq BETWEEN ? AND ?");
    this.#tally = database.prepare(
      "INSERT INTO ledger (kind, rows) VALUES (?, ?) ON CONFLICT (kind) DO UPDATE SET rows = rows + excluded.rows",
    );
    this.#noteOpen = database.prepare(
      "INSERT INTO open_tracks (event_id, row) VALUES (?, ?) ON CONFLICT (event_id) DO UPDATE SET row = excluded.row",
    );
    this.#forgetOpen = database.prepare("DELETE FROM open_tracks WHERE event_id = ?");
    this.#count =
      database.prepare<[], { n: number }>("SELECT count(*) AS n FROM outbox").get()?.n ?? 0;
  }

  /** How many rows there are; counted in the file once, kept up to date since. */
  get count(): number {
    return this.#count;
  }

  /** Sets the count back to what it was before a transaction that failed. */
  restoreCount(count: number): void {
    this.#count = count;
  }

  append(row: TrackRow | MotionRow): number {
    const seq = this.#meta.number("last_seq") + 1;
    this.#add(seq, JSON.stringify(row));
    this.#meta.setNumber("last_seq", seq);
    this.tally(row.kind, 1);
    return seq;
  }

  appendGap(reason: GapRow["reason"], dropped: GapRow["dropped"]): number {
    const seq = this.#meta.number("last_seq") + 1;
    this.put(seq, { kind: "gap", createdAt: Date.now(), throughSeq: seq, reason, dropped });
    this.#meta.setNumber("last_seq", seq);
    this.tally("gap", 1);
    return seq;
  }

  put(seq: number, row: GapRow): void {
    this.#add(seq, JSON.stringify(row));
  }

  /** The row of this very number; null where there is none. */
  at(seq: number): OutboxRow | null {
    const [stored] = this.#from.all(seq, 1);
    return stored?.seq === seq ? (JSON.parse(stored.row) as OutboxRow) : null;
  }

  /** Writes a gap row anew that was not sent yet. */
  rewriteGap(seq: number, row: GapRow): void {
    this.#database.prepare("UPDATE outbox SET row = ? WHERE seq = ?").run(JSON.stringify(row), seq);
  }

  /** Counts rows by kind, for ever. */
  tally(kind: string, rows: number): void {
    this.#tally.run(kind, rows);
  }

  noteOpenTrack(row: TrackRow): void {
    if (row.kind === "ended") this.#forgetOpen.run(row.eventId);
    else this.#noteOpen.run(row.eventId, JSON.stringify(row));
  }

  openTracks(): TrackRow[] {
    return this.#database
      .prepare<[], { row: string }>("SELECT row FROM open_tracks ORDER BY event_id")
      .all()
      .map(({ row }) => JSON.parse(row) as TrackRow);
  }

  read(fromSeq: number, bounds: { maxRows: number; maxBytes: number }): OutboxSlice | null {
    const rows: OutboxRow[] = [];
    let firstSeq = 0;
    let throughSeq = 0;
    let bytes = 0;
    for (const stored of this.#from.all(fromSeq, bounds.maxRows)) {
      bytes += stored.row.length;
      const isFirst = rows.length === 0;
      if (!isFirst && (bytes > bounds.maxBytes || stored.seq !== throughSeq + 1)) break;
      const row = JSON.parse(stored.row) as OutboxRow;
      if (isFirst) firstSeq = stored.seq;
      throughSeq = row.kind === "gap" ? row.throughSeq : stored.seq;
      rows.push(row);
    }
    return rows.length === 0 ? null : { firstSeq, throughSeq, rows };
  }

  /** The rows from a number on, as they lie in the file. */
  stored(fromSeq: number, maxRows: number): StoredRow[] {
    return this.#from.all(fromSeq, maxRows);
  }

  deleteRange(fromSeq: number, throughSeq: number): void {
    this.#count -= this.#deleteRange.run(fromSeq, throughSeq).changes;
  }

  /** Deletes what is committed; a gap row that reaches further stays. */
  deleteThrough(committedSeq: number): void {
    const { changes } = this.#database
      .prepare(
        `DELETE FROM outbox WHERE seq <= ?
         AND (row ->> '$.kind' <> 'gap' OR row ->> '$.throughSeq' <= ?)`,
      )
      .run(committedSeq, committedSeq);
    this.#count -= changes;
  }

  /** Writes a gap row from `fromSeq` to just before the first row that is still here. */
  fillHole(fromSeq: number): void {
    const [kept] = this.#from.all(fromSeq, 1);
    const throughSeq = (kept?.seq ?? this.#meta.number("last_seq") + 1) - 1;
    if (throughSeq < fromSeq) return;
    this.put(fromSeq, {
      kind: "gap",
      createdAt: Date.now(),
      throughSeq,
      reason: "cloud-behind",
      dropped: {},
    });
  }

  /**
   * Numbers the rows that are still here from 1 on.
   *
   * @returns the number that each of them had, in order; the first one is now 1.
   */
  renumberFromOne(): number[] {
    const rows = this.stored(0, Number.MAX_SAFE_INTEGER);
    this.#database.exec("DELETE FROM outbox; DELETE FROM ledger");
    this.#count = 0;
    rows.forEach(({ row }, index) => {
      const seq = index + 1;
      const parsed = JSON.parse(row) as OutboxRow;
      this.#add(seq, parsed.kind === "gap" ? JSON.stringify({ ...parsed, throughSeq: seq }) : row);
      this.tally(parsed.kind, 1);
    });
    return rows.map(({ seq }) => seq);
  }

  #add(seq: number, row: string): void {
    this.#insert.run(seq, row);
    this.#count += 1;
  }
}
