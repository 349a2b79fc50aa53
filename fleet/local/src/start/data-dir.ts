import { accessSync, constants, mkdirSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { localError } from "../errors.ts";

/** Free space without which a start is refused: a database, a model and an hour of snapshots. */
const NEEDED_BYTES = 500_000_000;

/** The folders below a data directory. */
export interface DataDir {
  root: string;
  postgres: string;
  blobs: string;
  edge: string;
  logs: string;
}

/**
 * Makes the data directory and its folders, or says why that is not possible before anything has
 * been written. @throws CodedError DATA_DIR_NOT_WRITABLE, DISK_FULL.
 */
export function prepareDataDir(root: string): DataDir {
  const folders = {
    root,
    postgres: join(root, "postgres"),
    blobs: join(root, "blobs"),
    edge: join(root, "edge"),
    logs: join(root, "logs"),
  };
  try {
    mkdirSync(root, { recursive: true });
    accessSync(root, constants.W_OK);
    const { bavail, bsize } = statfsSync(root);
    const freeBytes = bavail * bsize;
    if (freeBytes < NEEDED_BYTES) {
      throw localError(
        "DISK_FULL",
        `${root} has ${Math.floor(freeBytes / 1e6)} MB free and needs ${NEEDED_BYTES / 1e6} MB; free some space, or give --data-dir another disk`,
      );
    }
    for (const folder of [folders.edge, folders.logs]) mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw asDataDirFault(root, error);
  }
  return folders;
}

function asDataDirFault(root: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOSPC") {
    return localError(
      "DISK_FULL",
      `no space left for ${root}; free some space, or give --data-dir another disk`,
      error,
    );
  }
  if (
    code === "EACCES" ||
    code === "EROFS" ||
    code === "ENOTDIR" ||
    code === "EEXIST" ||
    code === "EPERM"
  ) {
    const why = {
      EACCES: "permission denied",
      EPERM: "not permitted",
      EROFS: "read-only file system",
    }[code as string];
    return localError(
      "DATA_DIR_NOT_WRITABLE",
      `${root} cannot be written (${why ?? "a file is in the way"}); give --data-dir a folder that you may write to`,
      error,
    );
  }
  return error;
}
