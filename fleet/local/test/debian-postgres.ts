import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ServerProcess } from "../src/postgres/server-process.ts";
import { chooseLaunch } from "../src/postgres/unprivileged-launch.ts";
import { freePort } from "../src/start/free-ports.ts";

/** What `psql`, `pg_dump` and their kin need, as inside the pod. */
export type PostgresEnvironment = Record<"PATH" | "PGHOST" | "PGPORT" | "PGUSER", string>;

/** Debian's PostgreSQL, whose dump programs fit it: the server of npm comes without any. */
export class DebianPostgres {
  readonly #server: ServerProcess;
  readonly environment: PostgresEnvironment;

  private constructor(server: ServerProcess, environment: PostgresEnvironment) {
    this.#server = server;
    this.environment = environment;
  }

  static async start(folder: string): Promise<DebianPostgres> {
    const root = "/usr/lib/postgresql";
    const versions = existsSync(root) ? readdirSync(root) : [];
    const programs = join(root, versions.sort().at(-1) ?? "", "bin");
    const launch = await chooseLaunch(join(programs, "initdb"));
    const cluster = join(folder, "cluster");
    mkdirSync(cluster, { recursive: true });
    const [command = "", ...args] = [
      ...launch.prefix,
      join(programs, "initdb"),
      ...[`--pgdata=${cluster}`, "--username=postgres", "--auth=trust", "--encoding=UTF8"],
      ...["--locale=C.UTF-8", "--no-sync"],
    ];
    execFileSync(command, args, { stdio: "ignore" });
    const configFile = join(folder, "postgresql.conf");
    writeFileSync(configFile, "fsync = off\n");
    const port = await freePort();
    const postgres = join(programs, "postgres");
    const logFile = join(folder, "server.log");
    const server = new ServerProcess({ cluster, port, postgres, launch, logFile, configFile });
    await server.start();
    const address = { PGHOST: "127.0.0.1", PGPORT: String(port), PGUSER: "postgres" };
    return new DebianPostgres(server, { PATH: `${programs}:${process.env.PATH}`, ...address });
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }
}
