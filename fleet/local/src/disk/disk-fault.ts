import type { CodedError } from "@sentinel/protocol/coded-error";
import { localError } from "../errors.ts";

const NOT_WRITABLE: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "not permitted",
  EROFS: "read-only file system",
  ENOTDIR: "a file is in the way",
  EEXIST: "a file is in the way",
  ENOENT: "there is no such folder",
};

/** Names a fault of the file system that a person can mend; null where it is none of those. */
export function diskFault(folder: string, error: unknown): CodedError | null {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === "ENOSPC" || code === "EDQUOT") return diskFull(folder, error);
  const why = code === undefined ? undefined : NOT_WRITABLE[code];
  if (why === undefined) return null;
  return localError(
    "DATA_DIR_NOT_WRITABLE",
    `${folder} cannot be written (${why}); correct its permissions, or give --data-dir a folder that you may write to`,
    error,
  );
}

/** The same from what a program printed (PostgreSQL's messages are the C library's, in English). */
export function diskFaultFromOutput(folder: string, output: string): CodedError | null {
  if (/No space left on device|Disk quota exceeded|Check free disk space/.test(output))
    return diskFull(folder, output);
  const match = /Permission denied|Read-only file system/.exec(output);
  if (match === null) return null;
  return localError(
    "DATA_DIR_NOT_WRITABLE",
    `${folder} cannot be written (${match[0].toLowerCase()}); correct its permissions or use another data directory`,
  );
}

function diskFull(folder: string, cause: unknown): CodedError {
  return localError(
    "DISK_FULL",
    `no space left for ${folder}; free some space or use a data directory on another disk`,
    cause,
  );
}
