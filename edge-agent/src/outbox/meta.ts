import type { Database, Statement } from "better-sqlite3";
import { edgeError } from "../errors.ts";

/** The numbers that the outbox counts with, kept in the table `meta`. */
export type MetaNumber = "last_seq" | "acked_seq" | "sent_seq";

/** Single values of the outbox file, by key. */
export class Meta {
  readonly #get: Statement<[string], { value: string }>;
  readonly #set: Statement<[string, string]>;

  constructor(database: Database) {
    this.#get = database.prepare("SELECT value FROM meta WHERE key = ?");
    this.#set = database.prepare(
      "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    );
  }

  text(key: string): string | null {
    return this.#get.get(key)?.value ?? null;
  }

  setText(key: string, value: string): void {
    this.#set.run(key, value);
  }

  /** @throws OUTBOX_CORRUPT where the value is not a whole number. */
  number(key: MetaNumber): number {
    const value = Number(this.text(key));
    if (!Number.isSafeInteger(value) || value < 0) {
      throw edgeError("OUTBOX_CORRUPT", `meta.${key} is not a sequence number`);
    }
    return value;
  }

  setNumber(key: MetaNumber, value: number): void {
    this.#set.run(key, String(value));
  }
}
