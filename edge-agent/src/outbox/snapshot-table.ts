import type { Database, Statement } from "better-sqlite3";

/** The table `snapshots`: JPEG files that the cloud does not have yet. */
export class SnapshotTable {
  readonly #put: Statement<[string, string, Uint8Array, number, number]>;
  readonly #get: Statement<[string], { jpeg: Buffer }>;
  readonly #drop: Statement<[string]>;
  readonly #dropSuperseded: Statement<[number, number]>;
  readonly #dropRange: Statement<[number, number]>;
  readonly #dropSurest: Statement<[number]>;
  readonly #shiftBefore: Statement<[number, number]>;
  readonly #renumber: Statement<[number, number]>;

  constructor(database: Database) {
    // Footage that repeats can give the very same picture twice; it then belongs to the later row.
    this.#put = database.prepare(
      `INSERT INTO snapshots (sha256, event_id, jpeg, seq, score) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (sha256) DO UPDATE SET
         event_id = excluded.event_id, seq = excluded.seq, score = excluded.score`,
    );
    this.#get = database.prepare("SELECT jpeg FROM snapshots WHERE sha256 = ?");
    this.#drop = database.prepare("DELETE FROM snapshots WHERE sha256 = ?");
    this.#dropSuperseded = database.prepare(
      `DELETE FROM snapshots WHERE sha256 IN (
         SELECT old.sha256 FROM snapshots AS better
         JOIN snapshots AS old ON old.event_id = better.event_id AND old.seq < better.seq
         WHERE better.seq BETWEEN ? AND ?)`,
    );
    this.#dropRange = database.prepare("DELETE FROM snapshots WHERE seq BETWEEN ? AND ?");
    this.#dropSurest = database.prepare(
      `DELETE FROM snapshots WHERE sha256 IN (
         SELECT sha256 FROM snapshots ORDER BY score DESC, seq LIMIT ?)`,
    );
    this.#shiftBefore = database.prepare("UPDATE snapshots SET seq = seq - ? WHERE seq < ?");
    this.#renumber = database.prepare("UPDATE snapshots SET seq = ? WHERE seq = ?");
  }

  /** @param of the row that brought the snapshot: its event, its number and its score. */
  put(sha256: string, jpeg: Uint8Array, of: { eventId: string; seq: number; score: number }): void {
    this.#put.run(sha256, of.eventId, jpeg, of.seq, of.score);
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

  /** Deletes the snapshots that rows of this range brought. @returns how many were deleted. */
  dropRange(fromSeq: number, throughSeq: number): number {
    return this.#dropRange.run(fromSeq, throughSeq).changes;
  }

  /** Deletes those of the highest score, the oldest of them first. @returns how many were deleted. */
  dropSurest(count: number): number {
    return this.#dropSurest.run(count).changes;
  }

  /**
   * Follows the rows, which are numbered from 1 on now. A snapshot whose row is no longer here gets
   * a number below all of them; the order stays.
   *
   * @param before the number that each row had, in order.
   * @param lastSeq the last number before.
   */
  renumber(before: readonly number[], lastSeq: number): void {
    const first = before[0] ?? lastSeq + 1;
    this.#shiftBefore.run(first, first);
    // No row's new number is higher than its old one, so none is met twice.
    before.forEach((seq, index) => {
      if (seq !== index + 1) this.#renumber.run(index + 1, seq);
    });
  }
}
