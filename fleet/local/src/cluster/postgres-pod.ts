import { execFile } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { localError } from "../errors.ts";
import { EmbeddedPostgres } from "../postgres/embedded-postgres.ts";
import { makeVolumes } from "./make-volumes.ts";
import type { PlannedPod } from "./plan-pod.ts";

const run = promisify(execFile);
const PORT = 5432;

interface PostgresPodOptions {
  planned: PlannedPod;
  /** Value of a key of the Secret `postgres`. */
  password: (key: string) => string;
  path: string;
  say: (line: string) => void;
}

/**
 * The StatefulSet `postgres`: the server comes from npm instead of an image, with the manifest's own settings, superuser
 * and set-up script, which runs once, as the image's own start would run it.
 */
export class PostgresPod {
  readonly planned: PlannedPod;
  readonly #options: PostgresPodOptions;
  #server: EmbeddedPostgres | null = null;

  constructor(options: PostgresPodOptions) {
    this.planned = options.planned;
    this.#options = options;
  }

  get pid(): number | null {
    return this.#server?.pid ?? null;
  }

  /** What `psql` and its kin need to reach the server, as inside the pod. */
  get environment(): Record<string, string> {
    return {
      PATH: this.#options.path,
      PGHOST: "127.0.0.1",
      PGPORT: String(this.planned.placed.ports.get(PORT)),
      PGUSER: "postgres",
      PGPASSWORD: this.#options.password("superuser-password"),
    };
  }

  /** @throws CodedError POSTGRES_*, CLUSTER_PROGRAM_MISSING. */
  async start(): Promise<void> {
    const { planned, password, say } = this.#options;
    makeVolumes(planned);
    const tell = (_facts: object, message: string) => say(`postgres-0: ${message}`);
    this.#server = new EmbeddedPostgres({
      dataDir: this.#folder("data"),
      port: planned.placed.ports.get(PORT) ?? 0,
      superuser: { name: "postgres", password: password("superuser-password") },
      configFile: join(this.#folder("config"), "postgresql.conf"),
      logger: { info: tell, warn: tell },
    });
    await this.#server.start();
    await this.#setUpOnce();
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
  }

  async #setUpOnce(): Promise<void> {
    const done = join(this.#folder("data"), "set-up");
    if (existsSync(done)) return;
    const script = join(this.#folder("init"), "10-sentinel.sh");
    await run("sh", [script], { env: { ...this.environment, POSTGRES_USER: "postgres" } }).catch(
      (error: Error & { stderr?: string }) => {
        const told = error.stderr?.trim() || error.message;
        if (/psql: (command )?not found/.test(told)) {
          throw localError("CLUSTER_PROGRAM_MISSING", "psql is not on PATH", error);
        }
        throw localError("CLUSTER_POD_FAILED", `the set-up of postgres-0 failed: ${told}`, error);
      },
    );
    writeFileSync(done, "");
  }

  /** The folder of one of the pod's volumes. */
  #folder(volume: string): string {
    const path = this.planned.folders.find((folder) => folder.endsWith(`/${volume}`));
    if (path === undefined) throw new Error(`postgres has no volume ${volume}`);
    return path;
  }
}
