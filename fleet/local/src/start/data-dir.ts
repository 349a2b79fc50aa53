import { accessSync, constants, statfsSync } from "node:fs";
import { join } from "node:path";
import { diskFault } from "../disk/disk-fault.ts";
import { makeFolder } from "../disk/make-folder.ts";
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
    makeFolder(root);
    accessSync(root, constants.W_OK);
    const { bavail, bsize } = statfsSync(root);
    const freeBytes = bavail * bsize;
    if (freeBytes < NEEDED_BYTES) {
      throw localError(
        "DISK_FULL",
        `${root} has ${Math.floor(freeBytes / 1e6)} MB free and needs ${NEEDED_BYTES / 1e6} MB; free some space, or give --data-dir another disk`,
      );
    }
    for (const folder of [folders.edge, folders.logs]) makeFolder(folder);
  } catch (error) {
    throw diskFault(root, error) ?? error;
  }
  return folders;
}
