import { setTimeout as delay } from "node:timers/promises";
import Database from "better-sqlite3";

/** A lock that is held; the kernel drops it with the process, so `kill -9` leaves nothing behind. */
export interface HeldLock {
  release(): void;
}

const LOOK_AGAIN_MS = 200;

/** Takes SQLite's own lock on a file that is made where it is missing; null where another holds it. */
export function tryLock(file: string): HeldLock | null {
  const database = new Database(file, { timeout: 0 });
  try {
    database.pragma("journal_mode = DELETE");
    database.pragma("locking_mode = EXCLUSIVE");
    database.exec("BEGIN EXCLUSIVE");
    return { release: () => database.close() };
  } catch (error) {
    database.close();
    if (error instanceof Database.SqliteError && error.code.startsWith("SQLITE_BUSY")) return null;
    throw error;
  }
}

/** Does work that one process at a time may do; others wait for their turn. */
export async function oneAtATime<Result>(
  file: string,
  work: () => Promise<Result>,
): Promise<Result> {
  for (;;) {
    const lock = tryLock(file);
    if (lock === null) {
      await delay(LOOK_AGAIN_MS);
      continue;
    }
    try {
      return await work();
    } finally {
      lock.release();
    }
  }
}
