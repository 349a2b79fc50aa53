import { dirname } from "node:path";
import Database from "better-sqlite3";
import { edgeError } from "../errors.ts";

/** How long a start waits for a predecessor that is being stopped or killed. */
const WAIT_MS = 3000;

/**
 * One agent per data folder. The lock is SQLite's own on a file beside the outbox, so that others may
 * still read the outbox, and the kernel drops it with the process: `kill -9` leaves nothing behind.
 */
export class AgentLock {
  readonly #path: string;
  #database: Database.Database | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  /** @throws OUTBOX_LOCKED where another agent holds it. */
  acquire(): void {
    const database = new Database(this.#path, { timeout: WAIT_MS });
    try {
      database.pragma("locking_mode = EXCLUSIVE");
      database.exec("BEGIN EXCLUSIVE");
      this.#database = database;
    } catch (error) {
      database.close();
      if (!(error instanceof Database.SqliteError) || !error.code.startsWith("SQLITE_BUSY")) {
        throw error;
      }
      throw edgeError(
        "OUTBOX_LOCKED",
        `another agent works in ${dirname(this.#path)}; stop it, or give this one another dataDir`,
        error,
      );
    }
  }

  release(): void {
    this.#database?.close();
    this.#database = null;
  }
}
