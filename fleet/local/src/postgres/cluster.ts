import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { diskFault, diskFaultFromOutput } from "../disk/disk-fault.ts";
import { makeFolder } from "../disk/make-folder.ts";
import { localError } from "../errors.ts";
import type { Launch } from "./unprivileged-launch.ts";

const run = promisify(execFile);

/** Who may everything in a cluster; a password of its own is made where none is given. */
export interface Superuser {
  name: string;
  password?: string;
}

/** The superuser of every embedded cluster that is told no other. */
export const SUPERUSER: Superuser = { name: "sentinel" };

/** A database cluster that is ready to be served. */
export interface Cluster {
  /** PostgreSQL's data directory. */
  folder: string;
  password: string;
}

/**
 * Opens the cluster in `dataDir`, or makes one. A new one is made beside its place and then renamed,
 * so that a kill in the middle leaves nothing that looks finished.
 * @throws CodedError POSTGRES_INIT_FAILED, POSTGRES_PASSWORD_LOST, DATA_DIR_NOT_WRITABLE, DISK_FULL.
 */
export async function openCluster(
  dataDir: string,
  initdb: string,
  launch: Launch,
  superuser: Superuser = SUPERUSER,
): Promise<Cluster> {
  const folder = join(dataDir, "cluster");
  const passwordFile = join(dataDir, "password");
  try {
    makeFolder(dataDir, 0o700);
    if (!existsSync(join(folder, "PG_VERSION"))) {
      await makeCluster({ dataDir, folder, passwordFile, initdb, launch, superuser });
    }
    giveTo(folder, launch.ownerId);
  } catch (error) {
    throw diskFault(dataDir, error) ?? error;
  }
  if (!existsSync(passwordFile)) {
    throw localError("POSTGRES_PASSWORD_LOST", `${passwordFile} is missing`);
  }
  return { folder, password: readFileSync(passwordFile, "utf8").trim() };
}

async function makeCluster(options: {
  dataDir: string;
  folder: string;
  passwordFile: string;
  initdb: string;
  launch: Launch;
  superuser: Superuser;
}): Promise<void> {
  const { dataDir, folder, passwordFile, initdb, launch, superuser } = options;
  const unfinished = join(dataDir, "cluster.new");
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  giveTo(unfinished, launch.ownerId);
  const password = superuser.password ?? randomBytes(24).toString("hex");
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600, flush: true });
  chmodSync(passwordFile, 0o600);
  if (launch.ownerId !== process.getuid?.()) giveTo(passwordFile, launch.ownerId);
  const [command = initdb, ...args] = [
    ...launch.prefix,
    initdb,
    `--pgdata=${unfinished}`,
    `--username=${superuser.name}`,
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--data-checksums",
  ];
  try {
    await run(command, args, {
      timeout: 120_000,
      env: { LC_ALL: "C", PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
    });
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string };
    rmSync(unfinished, { recursive: true, force: true });
    throw (
      diskFaultFromOutput(dataDir, stderr) ??
      localError("POSTGRES_INIT_FAILED", `initdb failed: ${stderr.trim() || message}`, error)
    );
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(unfinished, folder);
}

/** Makes a tree belong to the user that the server runs as; needs to be done only as root. */
function giveTo(path: string, ownerId: number): void {
  const stat = statSync(path);
  if (stat.uid === ownerId || process.getuid?.() !== 0) return;
  if (stat.isDirectory()) {
    for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
      lchownSync(join(entry.parentPath, entry.name), ownerId, ownerId);
    }
  }
  // The top comes last: a kill in the middle is then done again.
  lchownSync(path, ownerId, ownerId);
}
