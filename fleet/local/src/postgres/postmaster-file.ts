import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What a server says of itself in `postmaster.pid` (PostgreSQL's src/include/utils/pidfile.h). */
export interface PostmasterFile {
  pid: number;
  port: number | null;
  /** `starting`, `ready`, `standby` or `stopping`; null before the server has written it. */
  status: string | null;
}

/** Where a cluster's server keeps its lock file. */
export function postmasterFilePath(cluster: string): string {
  return join(cluster, "postmaster.pid");
}

/** Reads the lock file; null where there is none or it holds no process id. */
export function readPostmasterFile(cluster: string): PostmasterFile | null {
  let lines: string[];
  try {
    lines = readFileSync(postmasterFilePath(cluster), "utf8").split("\n");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  const pid = Math.abs(Number.parseInt(lines[0] ?? "", 10));
  if (!Number.isSafeInteger(pid) || pid < 2) return null;
  const port = Number.parseInt(lines[3] ?? "", 10);
  const status = lines[7]?.trim();
  return {
    pid,
    port: Number.isSafeInteger(port) && port > 0 ? port : null,
    status: status === undefined || status === "" ? null : status,
  };
}
