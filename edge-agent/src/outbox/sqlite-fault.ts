import type { CodedError } from "@sentinel/protocol/coded-error";
import Database from "better-sqlite3";
import { type EdgeErrorCode, edgeError } from "../errors.ts";

/** Primary result codes of SQLite (sqlite.org/rescode.html) and the fault that each one is. */
const FAULT_OF_CODE: readonly (readonly [prefix: string, code: EdgeErrorCode])[] = [
  ["SQLITE_BUSY", "OUTBOX_LOCKED"],
  ["SQLITE_LOCKED", "OUTBOX_LOCKED"],
  ["SQLITE_FULL", "OUTBOX_DISK_FULL"],
  ["SQLITE_READONLY", "OUTBOX_NOT_WRITABLE"],
  ["SQLITE_CANTOPEN", "OUTBOX_NOT_WRITABLE"],
  ["SQLITE_PERM", "OUTBOX_NOT_WRITABLE"],
  ["SQLITE_CORRUPT", "OUTBOX_CORRUPT"],
  ["SQLITE_NOTADB", "OUTBOX_CORRUPT"],
  ["SQLITE_IOERR", "OUTBOX_IO_ERROR"],
];

/**
 * Names what SQLite threw; anything that is not SQLite's is a defect of ours and is thrown on.
 *
 * @param path of the file, for the message.
 */
export function sqliteFault(error: unknown, path: string): CodedError {
  if (!(error instanceof Database.SqliteError)) throw error;
  const known = FAULT_OF_CODE.find(([prefix]) => error.code.startsWith(prefix));
  return edgeError(
    known?.[1] ?? "OUTBOX_IO_ERROR",
    `${path}: ${error.message} (${error.code})`,
    error,
  );
}
