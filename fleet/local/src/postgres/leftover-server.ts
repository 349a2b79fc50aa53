import { existsSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { localError } from "../errors.ts";
import { postmasterFilePath, readPostmasterFile } from "./postmaster-file.ts";
import { processFacts } from "./process-facts.ts";

/** How long a server may take over each way of stopping: fast, immediate, kill. */
const STOP_STEPS: readonly (readonly [NodeJS.Signals, number])[] = [
  ["SIGINT", 10_000],
  ["SIGQUIT", 5000],
  ["SIGKILL", 2000],
];

/**
 * Makes sure that no server runs on the cluster: stops one that a dead program left behind, and
 * removes a lock file whose process id now is a zombie's or somebody else's, which PostgreSQL itself
 * would take for a living server. A lock file of a process that is gone is left to PostgreSQL, which
 * also looks for its surviving children.
 * @returns process id of the server that was stopped, or null.
 * @throws CodedError POSTGRES_IN_USE where the server's owner is still running.
 */
export async function endLeftoverServer(
  cluster: string,
  ownerFile: string,
): Promise<number | null> {
  const file = readPostmasterFile(cluster);
  if (file === null) {
    if (existsSync(postmasterFilePath(cluster)))
      rmSync(postmasterFilePath(cluster), { force: true });
    return null;
  }
  if (!servesCluster(file.pid, cluster)) {
    if (exists(file.pid)) rmSync(postmasterFilePath(cluster), { force: true });
    return null;
  }
  // A process whose parent died has another parent by now.
  const owner = readOwner(ownerFile);
  if (owner !== null && processFacts(file.pid)?.parentPid === owner) {
    throw localError(
      "POSTGRES_IN_USE",
      `process ${owner} runs the PostgreSQL server (process ${file.pid}) of ${cluster}; stop it first or use another data directory`,
    );
  }
  await stopServer(file.pid, cluster);
  return file.pid;
}

/** Stops a server, politely first. */
export async function stopServer(pid: number, cluster: string): Promise<void> {
  for (const [signal, patienceMs] of STOP_STEPS) {
    if (!servesCluster(pid, cluster)) return;
    send(pid, signal);
    for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += 20) {
      if (!servesCluster(pid, cluster)) return;
      await delay(20);
    }
  }
  if (servesCluster(pid, cluster)) {
    throw localError(
      "POSTGRES_IN_USE",
      `the PostgreSQL server (process ${pid}) of ${cluster} does not stop`,
    );
  }
}

/** True where this process is a PostgreSQL server in this very cluster's folder. */
function servesCluster(pid: number, cluster: string): boolean {
  const facts = processFacts(pid);
  if (facts === null || !facts.name.startsWith("postgres")) return false;
  return facts.folder === null || facts.folder === realpathSync(cluster);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function readOwner(ownerFile: string): number | null {
  try {
    const pid = Number(readFileSync(ownerFile, "utf8"));
    return Number.isSafeInteger(pid) && pid > 1 ? pid : null;
  } catch {
    return null;
  }
}
