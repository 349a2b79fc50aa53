import { accessSync, constants, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { v7 as uuidv7 } from "uuid";
import { edgeError } from "../errors.ts";
import type { FileLock } from "./file-lock.ts";
import { sqliteFault } from "./sqlite-fault.ts";

const SCHEMA_VERSION = 2;

const SCHEMA = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE outbox (seq INTEGER PRIMARY KEY, row TEXT NOT NULL);
  CREATE TABLE snapshots (
    sha256 TEXT PRIMARY KEY,
    event_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    jpeg BLOB NOT NULL,
    score REAL NOT NULL DEFAULT 0
  );
  CREATE INDEX snapshots_by_event ON snapshots (event_id, seq);
  CREATE INDEX snapshots_by_seq ON snapshots (seq);
  CREATE INDEX snapshots_by_score ON snapshots (score DESC, seq);
  CREATE TABLE ledger (kind TEXT PRIMARY KEY, rows INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE open_tracks (event_id TEXT PRIMARY KEY, row TEXT NOT NULL) WITHOUT ROWID;
`;

/** Version 1 did not know the score of a snapshot. */
const FROM_VERSION_1 = `
  ALTER TABLE snapshots ADD COLUMN score REAL NOT NULL DEFAULT 0;
  CREATE INDEX snapshots_by_score ON snapshots (score DESC, seq);
`;

/** How long a start waits for a predecessor that is being stopped or killed. */
const PREDECESSOR_MS = 3000;

/** How long a write waits for another program's lock; the agent's thread stands still meanwhile. */
const BUSY_TIMEOUT_MS = 100;

/** Bytes that the write-ahead log keeps after a checkpoint. */
const WAL_KEPT_BYTES = 16 * 1024 * 1024;

/**
 * Opens the outbox file and makes it where it is missing: schema, and an epoch of its own. Every
 * commit is on the disk before it returns (WAL with synchronous=FULL, sqlite.org/pragma.html).
 *
 * @param lock taken first, and given back where opening fails.
 * @param hardLimitBytes the file never grows beyond it; a write that would is OUTBOX_DISK_FULL.
 * @throws OUTBOX_NOT_WRITABLE, OUTBOX_LOCKED, OUTBOX_DISK_FULL, OUTBOX_IO_ERROR, OUTBOX_CORRUPT
 */
export function openDatabase(
  path: string,
  hardLimitBytes: number,
  lock: FileLock,
): Database.Database {
  makeFolder(dirname(path));
  let database: Database.Database | null = null;
  try {
    if (!lock.acquire(PREDECESSOR_MS)) {
      throw edgeError(
        "OUTBOX_LOCKED",
        `another agent works in ${dirname(path)}; stop it, or give this one another dataDir`,
      );
    }
    database = new Database(path, { timeout: BUSY_TIMEOUT_MS });
    database.pragma("journal_mode = WAL");
    database.pragma("synchronous = FULL");
    database.pragma(`journal_size_limit = ${WAL_KEPT_BYTES}`);
    const pageBytes = Number(database.pragma("page_size", { simple: true }));
    database.pragma(`max_page_count = ${Math.ceil(hardLimitBytes / pageBytes)}`);
    migrate(database, path);
    return database;
  } catch (error) {
    database?.close();
    lock.release();
    throw error instanceof Database.SqliteError ? sqliteFault(error, path) : error;
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const full = (error as NodeJS.ErrnoException).code === "ENOSPC";
    throw edgeError(
      full ? "OUTBOX_DISK_FULL" : "OUTBOX_NOT_WRITABLE",
      `${folder}: ${error instanceof Error ? error.message : error}`,
      error,
    );
  }
}

function migrate(database: Database.Database, path: string): void {
  const make = database.transaction(() => {
    const version = Number(database.pragma("user_version", { simple: true }));
    if (version > SCHEMA_VERSION) {
      throw edgeError(
        "OUTBOX_CORRUPT",
        `${path} is of version ${version}; this agent knows ${SCHEMA_VERSION}`,
      );
    }
    if (version === SCHEMA_VERSION) return;
    database.pragma(`user_version = ${SCHEMA_VERSION}`);
    if (version === 1) {
      database.exec(FROM_VERSION_1);
      return;
    }
    database.exec(SCHEMA);
    const insert = database.prepare("INSERT INTO meta (key, value) VALUES (?, ?)");
    insert.run("epoch", uuidv7());
    insert.run("last_seq", "0");
    insert.run("acked_seq", "0");
    insert.run("sent_seq", "0");
  });
  make.immediate();
}
