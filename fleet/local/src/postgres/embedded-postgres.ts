import { rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CodedError } from "@sentinel/protocol/coded-error";
import pg from "pg";
import { diskFault } from "../disk/disk-fault.ts";
import { makeFolder } from "../disk/make-folder.ts";
import { localError } from "../errors.ts";
import { freePort } from "../start/free-ports.ts";
import { type Cluster, openCluster, SUPERUSER, type Superuser } from "./cluster.ts";
import { endLeftoverServer } from "./leftover-server.ts";
import { locatePostgresBinaries, type PostgresBinaries } from "./postgres-binaries.ts";
import { ServerProcess } from "./server-process.ts";
import { chooseLaunch, type Launch } from "./unprivileged-launch.ts";

/** How often a start is tried again: a port taken meanwhile, children of a killed server still ending. */
const START_TRIES = 20;
const RETRY_DELAY_MS = 500;

/** The part of a pino logger that is used here. */
export interface PostgresLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** Where and how to run the server. */
export interface EmbeddedPostgresOptions {
  /** Folder of its own: cluster, password (0600), server.log. Made where it is missing. */
  dataDir: string;
  /** TCP port on 127.0.0.1; 0 or absent takes a free one. */
  port?: number;
  logger?: PostgresLogger;
  /** Of a cluster that is made; whoever opens it later must name the same. */
  superuser?: Superuser;
  /** A postgresql.conf to take settings from, but for where the server listens. */
  configFile?: string;
}

/** How to keep a server running. */
interface Running {
  cluster: Cluster;
  binaries: PostgresBinaries;
  launch: Launch;
  port: number;
  server: ServerProcess;
}

/**
 * A real PostgreSQL server from npm, durable as PostgreSQL is by default, on the loopback address
 * only. It works as any user and as root, ends with this process on Linux, and is started again on
 * the same port if it dies.
 */
export class EmbeddedPostgres {
  readonly #dataDir: string;
  readonly #port: number;
  readonly #logger: PostgresLogger | undefined;
  readonly #superuser: Superuser;
  readonly #configFile: string | null;
  #running: Running | null = null;
  #watching: Promise<void> = Promise.resolve();

  constructor(options: EmbeddedPostgresOptions) {
    this.#dataDir = resolve(options.dataDir);
    this.#port = options.port ?? 0;
    this.#logger = options.logger;
    this.#superuser = options.superuser ?? SUPERUSER;
    this.#configFile = options.configFile ?? null;
  }

  /** Process id of the server; null when it is not running. */
  get pid(): number | null {
    return this.#running?.server.pid ?? null;
  }

  /**
   * Makes the cluster where there is none, ends what a killed predecessor left, and starts.
   * @returns address of the superuser on database `postgres`; it can make databases of its own.
   * @throws CodedError POSTGRES_*, DATA_DIR_NOT_WRITABLE, DISK_FULL, PORT_IN_USE.
   */
  async start(): Promise<{ url: string }> {
    const binaries = locatePostgresBinaries();
    const launch = await chooseLaunch(binaries.initdb);
    try {
      makeFolder(this.#dataDir, 0o700);
      const stopped = await endLeftoverServer(join(this.#dataDir, "cluster"), this.#ownerFile);
      if (stopped !== null)
        this.#logger?.info({ pid: stopped }, "stopped a left-over PostgreSQL server");
      const cluster = await openCluster(this.#dataDir, binaries.initdb, launch, this.#superuser);
      writeFileSync(this.#ownerFile, String(process.pid));
      const { server, port } = await this.#launch(binaries, launch, cluster);
      this.#running = { cluster, binaries, launch, port, server };
    } catch (error) {
      throw diskFault(this.#dataDir, error) ?? error;
    }
    const url = this.#url(this.#running);
    await this.#checkConnection(url);
    this.#watching = this.#watch(this.#running);
    return { url };
  }

  /** Stops the server: committed rows are on disk, the port is free, no process is left. */
  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    await running?.server.stop();
    await this.#watching;
    if (running !== null) rmSync(this.#ownerFile, { force: true });
  }

  get #ownerFile(): string {
    return join(this.#dataDir, "owner");
  }

  #url({ cluster, port }: Pick<Running, "cluster" | "port">): string {
    return `postgres://${this.#superuser.name}:${cluster.password}@127.0.0.1:${port}/postgres`;
  }

  async #launch(
    binaries: PostgresBinaries,
    launch: Launch,
    cluster: Cluster,
    samePort: number = this.#port,
  ): Promise<{ server: ServerProcess; port: number }> {
    for (let tries = 1; ; tries += 1) {
      const port = samePort === 0 ? await freePort() : samePort;
      const server = new ServerProcess({
        cluster: cluster.folder,
        port,
        postgres: binaries.postgres,
        launch,
        logFile: join(this.#dataDir, "server.log"),
        configFile: this.#configFile,
      });
      try {
        await server.start();
        return { server, port };
      } catch (error) {
        if (tries >= START_TRIES || !mayPassByItself(error, samePort === 0)) throw error;
        await delay(RETRY_DELAY_MS);
      }
    }
  }

  async #checkConnection(url: string): Promise<void> {
    const client = new pg.Client({ connectionString: url });
    client.on("error", () => undefined);
    try {
      await client.connect();
      await client.query("SELECT 1");
      await client.end();
    } catch (error) {
      await this.stop();
      if ((error as { code?: string }).code === "28P01") {
        throw localError(
          "POSTGRES_PASSWORD_LOST",
          `${join(this.#dataDir, "password")} does not fit the cluster beside it`,
          error,
        );
      }
      throw localError(
        "POSTGRES_START_FAILED",
        `PostgreSQL refuses a connection: ${String(error)}`,
        error,
      );
    }
  }

  /** Starts the server again, on the same port, for as long as nobody has called stop(). */
  async #watch(started: Running): Promise<void> {
    for (let current = started; ; ) {
      await current.server.exited;
      if (this.#running !== current) return;
      this.#logger?.warn(
        { pid: current.server.pid },
        "PostgreSQL ended unexpectedly; starting it again",
      );
      await delay(RETRY_DELAY_MS);
      if (this.#running !== current) return;
      try {
        const { server } = await this.#launch(
          current.binaries,
          current.launch,
          current.cluster,
          current.port,
        );
        const next = { ...current, server };
        if (this.#running !== current) return await server.stop();
        this.#running = next;
        current = next;
      } catch (error) {
        this.#logger?.warn(
          { err: error },
          "PostgreSQL could not be started again; trying once more",
        );
      }
    }
  }
}

/** True for faults of a start that go away within seconds. */
function mayPassByItself(error: unknown, anyPort: boolean): boolean {
  if (!(error instanceof CodedError)) return false;
  if (error.code === "PORT_IN_USE") return anyPort;
  return (
    error.code === "POSTGRES_START_FAILED" &&
    /pre-existing shared memory|lock file/.test(error.message)
  );
}
