import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { diskFaultFromOutput } from "../disk/disk-fault.ts";
import { localError } from "../errors.ts";
import { stopServer } from "./leftover-server.ts";
import { readPostmasterFile } from "./postmaster-file.ts";
import type { Launch } from "./unprivileged-launch.ts";

/** Recovery after a crash replays at most max_wal_size (1 GB); seconds on a small machine. */
const READY_TIMEOUT_MS = 120_000;
const LOG_LIMIT_BYTES = 4_000_000;

/** What one server process needs. */
export interface ServerOptions {
  cluster: string;
  port: number;
  postgres: string;
  launch: Launch;
  logFile: string;
  /** Settings that stand in a file of somebody's own; null takes ours. */
  configFile: string | null;
}

/** One life of a `postgres` process, a child of this one that dies with it (on Linux). */
export class ServerProcess {
  readonly #options: ServerOptions;
  #child: ChildProcess | null = null;
  #exited: Promise<void> = Promise.resolve();

  constructor(options: ServerOptions) {
    this.#options = options;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** Settles when the process has ended, for whatever reason. */
  get exited(): Promise<void> {
    return this.#exited;
  }

  /** @throws CodedError POSTGRES_START_FAILED, PORT_IN_USE, DISK_FULL, DATA_DIR_NOT_WRITABLE. */
  async start(): Promise<void> {
    const { launch, postgres, cluster, port, logFile, configFile } = this.#options;
    keepLogShort(logFile);
    const log = openSync(logFile, "a", 0o600);
    const logStart = statSync(logFile).size;
    const [command = postgres, ...args] = [
      ...launch.prefix,
      postgres,
      "-D",
      cluster,
      ...settings(port, configFile),
    ];
    // Its own process group: a Ctrl-C in the terminal must reach those first who still write to it.
    const child = spawn(command, args, {
      stdio: ["ignore", log, log],
      detached: true,
      env: { LC_ALL: "C", PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
    });
    closeSync(log);
    this.#child = child;
    let failure: Error | null = null;
    this.#exited = new Promise((resolve) => {
      child.once("error", (error) => {
        failure = error;
        resolve();
      });
      child.once("exit", () => {
        failure ??= new Error("the server ended");
        resolve();
      });
    });
    child.unref();
    for (let waitedMs = 0; waitedMs < READY_TIMEOUT_MS; waitedMs += 10) {
      if (failure !== null)
        throw this.#startFault(readFileSync(logFile).subarray(logStart).toString(), failure);
      const file = readPostmasterFile(cluster);
      if (file?.pid === child.pid && file?.status === "ready") return;
      await delay(10);
    }
    await this.stop();
    throw this.#startFault(
      readFileSync(logFile).subarray(logStart).toString(),
      new Error("not ready in time"),
    );
  }

  /** Fast shutdown: open transactions are rolled back, everything committed is on disk. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    await stopServer(child.pid, this.#options.cluster);
    await this.#exited;
  }

  #startFault(output: string, cause: Error): Error {
    const { cluster, port } = this.#options;
    if (
      /could not bind .*Address already in use|could not create any TCP\/IP sockets/.test(output)
    ) {
      return localError(
        "PORT_IN_USE",
        `port ${port} for PostgreSQL is in use; choose another`,
        cause,
      );
    }
    const lines = output.trim().split("\n").slice(-8).join("\n");
    return (
      diskFaultFromOutput(cluster, output) ??
      localError(
        "POSTGRES_START_FAILED",
        `PostgreSQL did not start (${cause.message}):\n${lines}`,
        cause,
      )
    );
  }
}

/** Server settings; durability (fsync, full_page_writes, synchronous_commit) stays at its defaults: on. */
function settings(port: number, configFile: string | null): string[] {
  const ours = {
    max_connections: "100",
    timezone: "UTC",
    log_timezone: "UTC",
    logging_collector: "off",
    log_checkpoints: "off",
  };
  const values: Readonly<Record<string, string>> = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: "",
    ...(configFile === null ? ours : { config_file: configFile }),
  };
  return Object.entries(values).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
}

/** The previous log is kept once. */
function keepLogShort(logFile: string): void {
  if (existsSync(logFile) && statSync(logFile).size > LOG_LIMIT_BYTES)
    renameSync(logFile, `${logFile}.1`);
}
