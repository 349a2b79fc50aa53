import { join } from "node:path";
import type { GapRow, MotionRow, TrackRow } from "@sentinel/protocol/event-batch";
import type { Database } from "better-sqlite3";
import { v7 as uuidv7 } from "uuid";
import { edgeError } from "../errors.ts";
import { DiskBudget } from "./disk-budget.ts";
import { FileLock } from "./file-lock.ts";
import { Meta } from "./meta.ts";
import { openDatabase } from "./open-database.ts";
import { type OutboxSlice, RowTable } from "./row-table.ts";
import { SnapshotTable } from "./snapshot-table.ts";
import { sqliteFault } from "./sqlite-fault.ts";

/** A row of a track or of motion, and its snapshot where the row brings a new one. */
export interface NewRow {
  row: TrackRow | MotionRow;
  jpeg: Uint8Array | null;
}

/** Where the outbox stands in its sequence. */
export interface OutboxPosition {
  epoch: string;
  lastSeq: number;
  ackedSeq: number;
}

/** What the outbox holds now. */
export interface OutboxFigures extends OutboxPosition {
  /** Rows not yet acknowledged by the cloud. */
  rows: number;
  /** Bytes in use in the file, free pages left out. */
  bytes: number;
}

/** Notes that parts keep in the file: the model, the swap's record, the cameras of people. */
export type NoteKey = "last_model" | "model_swap" | "desired_cameras";

/** The file may grow this much beyond its budget before a write fails. */
const HARD_LIMIT_FACTOR = 2;

/**
 * What the edge has to tell the cloud, in one SQLite file. A row, its snapshot, its sequence number
 * and the ledger are written in one transaction; a row is deleted only when the cloud has said that
 * it is committed.
 */
export class Outbox {
  readonly #path: string;
  readonly #maxBytes: number;
  readonly #lock: FileLock;
  #opened: Opened | null = null;

  /** @param options.maxBytes the disk budget; beyond it the least valuable is dropped, and said. */
  constructor(options: { dataDir: string; maxBytes: number }) {
    this.#path = join(options.dataDir, "outbox.sqlite");
    this.#lock = new FileLock(join(options.dataDir, "agent.lock"));
    this.#maxBytes = options.maxBytes;
  }

  /** Opens the file. @throws OUTBOX_* */
  start(): void {
    const database = openDatabase(this.#path, this.#maxBytes * HARD_LIMIT_FACTOR, this.#lock);
    const meta = new Meta(database);
    const rows = new RowTable(database, meta);
    const snapshots = new SnapshotTable(database);
    const budget = new DiskBudget({ database, meta, rows, snapshots, maxBytes: this.#maxBytes });
    this.#opened = { database, meta, rows, snapshots, budget };
  }

  stop(): void {
    this.#opened?.database.close();
    this.#opened = null;
    this.#lock.release();
  }

  /** Writes one row and returns its sequence number. @throws OUTBOX_* and nothing is written. */
  append(entry: NewRow): number {
    return this.#write(({ rows, snapshots, budget }) => {
      const seq = rows.append(entry.row);
      if (entry.row.kind !== "motion") rows.noteOpenTrack(entry.row);
      if (entry.jpeg !== null && entry.row.snapshot !== null) {
        const { eventId } = entry.row;
        // Nothing was detected there: the last snapshot to be dropped.
        const score = entry.row.kind === "motion" ? 0 : entry.row.score;
        snapshots.put(entry.row.snapshot.sha256, entry.jpeg, { eventId, seq, score });
      }
      budget.keep();
      return seq;
    });
  }

  /** Declares a loss that has no sequence numbers of its own. @throws OUTBOX_* */
  appendGap(reason: GapRow["reason"], dropped: GapRow["dropped"]): number {
    return this.#write(({ rows }) => rows.appendGap(reason, dropped));
  }

  /** The rows from `fromSeq` on, as many as the bounds allow; null where there are none. */
  read(fromSeq: number, bounds: { maxRows: number; maxBytes: number }): OutboxSlice | null {
    return this.#use(({ rows }) => rows.read(fromSeq, bounds));
  }

  /** Notes that rows up to here may have reached the cloud; they are never rewritten after that. */
  markSent(throughSeq: number): void {
    this.#write(({ meta }) => {
      if (throughSeq > meta.number("sent_seq")) meta.setNumber("sent_seq", throughSeq);
    });
  }

  /** Deletes what the cloud has committed, and snapshots for which it has a better one. */
  ack(committedSeq: number): void {
    this.#write(({ meta, rows, snapshots }) => {
      const ackedSeq = meta.number("acked_seq");
      if (committedSeq <= ackedSeq) return;
      snapshots.dropSuperseded(ackedSeq + 1, committedSeq);
      rows.deleteThrough(committedSeq);
      meta.setNumber("acked_seq", committedSeq);
    });
  }

  /**
   * The cloud lost rows that are already deleted here: writes a gap row in their place, so that the
   * sequence is whole again. Nothing happens where all of them are still here.
   */
  declareCloudBehind(committedSeq: number): void {
    this.#write(({ meta, rows }) => {
      rows.fillHole(committedSeq + 1);
      meta.setNumber("acked_seq", committedSeq);
    });
  }

  /**
   * Starts a new epoch and gives every row that is still here a new number from 1 on: what to do
   * when the cloud has committed more than this file ever wrote (the file is an old copy).
   */
  beginEpoch(): void {
    this.#write(({ meta, rows, snapshots, budget }) => {
      const before = rows.renumberFromOne();
      snapshots.renumber(before, meta.number("last_seq"));
      budget.restore();
      meta.setText("epoch", uuidv7());
      meta.setNumber("last_seq", before.length);
      meta.setNumber("acked_seq", 0);
      meta.setNumber("sent_seq", 0);
    });
  }

  snapshot(sha256: string): Uint8Array | null {
    return this.#use(({ snapshots }) => snapshots.get(sha256));
  }

  /** Deletes a snapshot that the cloud has. */
  dropSnapshot(sha256: string): void {
    this.#write(({ snapshots }) => snapshots.drop(sha256));
  }

  /** The last rows of tracks that began and did not end: the agent died while they were open. */
  openTracks(): TrackRow[] {
    return this.#use(({ rows }) => rows.openTracks());
  }

  position(): OutboxPosition {
    return this.#use(({ meta }) => ({
      epoch: meta.text("epoch") ?? "",
      lastSeq: meta.number("last_seq"),
      ackedSeq: meta.number("acked_seq"),
    }));
  }

  /** As `position`, and how much there is. */
  figures(): OutboxFigures {
    return this.#use(({ rows, budget }) => ({
      ...this.position(),
      rows: rows.count,
      bytes: budget.usedBytes(),
    }));
  }

  /** A note that outlives the process, by name. */
  note(key: NoteKey): string | null {
    return this.#use(({ meta }) => meta.text(key));
  }

  setNote(key: NoteKey, value: string): void {
    this.#write(({ meta }) => meta.setText(key, value));
  }

  #use<T>(work: (opened: Opened) => T): T {
    const opened = this.#opened;
    if (opened === null) throw edgeError("OUTBOX_NOT_WRITABLE", `${this.#path} is not open`);
    try {
      return work(opened);
    } catch (error) {
      throw sqliteFault(error, this.#path);
    }
  }

  #write<T>(work: (opened: Opened) => T): T {
    return this.#use((opened) => {
      const { database, rows, budget } = opened;
      const [count, mark] = [rows.count, budget.mark()];
      try {
        return database.transaction(() => work(opened)).immediate();
      } catch (error) {
        rows.restoreCount(count);
        budget.restore(mark);
        throw error;
      }
    });
  }
}

interface Opened {
  database: Database;
  meta: Meta;
  rows: RowTable;
  snapshots: SnapshotTable;
  budget: DiskBudget;
}
