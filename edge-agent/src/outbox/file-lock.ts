import Database from "better-sqlite3";

/**
 * A lock that one process at a time holds. It is SQLite's own on a file of its own, which the kernel
 * drops with the process: `kill -9` leaves nothing behind.
 */
export class FileLock {
  readonly #path: string;
  #database: Database.Database | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  /** Waits so long for another holder. @returns false where another holds it. */
  acquire(waitMs: number): boolean {
    const database = new Database(this.#path, { timeout: waitMs });
    try {
      database.pragma("locking_mode = EXCLUSIVE");
      database.exec("BEGIN EXCLUSIVE");
      this.#database = database;
      return true;
    } catch (error) {
      database.close();
      if (error instanceof Database.SqliteError && error.code.startsWith("SQLITE_BUSY")) {
        return false;
      }
      throw error;
    }
  }

  release(): void {
    this.#database?.close();
    this.#database = null;
  }
}
