import type { Database, Statement } from "better-sqlite3";

/** The table `snapshots`: JPEG files that the cloud does not have yet. */
export class SnapshotTable {
  readonly #put: Statement<[string, string, Uint8Array, number]>;
  readonly #get: Statement<[string], { jpeg: Buffer }>;
  readonly #drop: Statement<[string]>;
  readonly #dropSuperseded: Statement<[number, number]>;
  readonly #dropOldest: Statement<[number]>;

  constructor(database: Database) {
    // Footage that repeats can give the very same picture twice; it then belongs to the later row.
    this.#put = database.prepare(
      `INSERT INTO snapshots (sha256, event_id, jpeg, seq) VALUES (?, ?, ?, ?)
       ON CONFLICT (sha256) DO UPDATE SET event_id = excluded.event_id, seq = excluded.seq`,
    );
    this.#get = database.prepare("SELECT jpeg FROM snapshots WHERE sha256 = ?");
    this.#drop = database.prepare("DELETE FROM snapshots WHERE sha256 = ?");
    this.#dropSuperseded = database.prepare(
      `DELETE FROM snapshots WHERE sha256 IN (
         SELECT old.sha256 FROM snapshots AS better
         JOIN snapshots AS old ON old.event_id = better.event_id AND old.seq < better.seq
         WHERE better.seq BETWEEN ? AND ?)`,
    );
    this.#dropOldest = database.prepare(
      "DELETE FROM snapshots WHERE sha256 IN (SELECT sha256 FROM snapshots ORDER BY seq LIMIT ?)",
    );
  }

  put(sha256: string, eventId: string, jpeg: Uint8Array, seq: number): void {
    this.#put.run(sha256, eventId, jpeg, seq);
  }

  get(sha256: string): Uint8Array | null {
    return this.#get.get(sha256)?.jpeg ?? null;
  }

  drop(sha256: string): void {
    this.#drop.run(sha256);
  }

  /** Deletes the snapshots for which rows of this range, now committed, brought a better one. */
  dropSuperseded(fromSeq: number, throughSeq: number): void {
    this.#dropSuperseded.run(fromSeq, throughSeq);
  }

  /** Deletes the oldest ones. @returns how many were deleted. */
  dropOldest(count: number): number {
    return this.#dropOldest.run(count).changes;
  }
}
