import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { connectCloud } from "../cli/cloud-client.ts";
import { type CliFile, readCliFile } from "../start/cli-file.ts";
import { repositoryPath } from "../start/repository.ts";
import { waitFor } from "../start/wait-for.ts";

const READY_MS = 180_000;
const STOP_MS = 60_000;
const PERIOD_MS = 250;

/** The whole of Sentinel with several nodes, as `npm start -- --nodes N` runs it. */
export class LoopSite {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  readonly cloud: CliFile;
  readonly api: ReturnType<typeof connectCloud>["api"];

  private constructor(child: ChildProcess, exited: Promise<void>, cloud: CliFile) {
    this.#child = child;
    this.#exited = exited;
    this.cloud = cloud;
    this.api = connectCloud(cloud).api;
  }

  /** Starts it; it says what it does in `start.log` of the folder. @throws Error where it does not start. */
  static async start(folder: string, config: string, nodes: number): Promise<LoopSite> {
    const dataDir = join(folder, "data");
    const log = join(folder, "start.log");
    const args = ["--no-open", "--nodes", String(nodes), "--config", config, "--data-dir", dataDir];
    const child = spawn(
      process.execPath,
      [repositoryPath("fleet/local/src/cli/main.ts"), "start", ...args],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    const file = createWriteStream(log);
    child.stdout?.pipe(file, { end: false });
    child.stderr?.pipe(file, { end: false });
    const exited = new Promise<void>((resolve) => child.on("exit", () => resolve()));
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      // Whoever ends this ends the site as well; what it leaves is seen by its own next start.
      const onSignal = () => {
        child.kill("SIGTERM");
        void exited.then(() => process.exit(130));
      };
      process.once(signal, onSignal);
      void exited.then(() => process.off(signal, onSignal));
    }
    const over = new AbortController();
    void exited.then(() => over.abort());
    const isReady = async () => readCliFile(dataDir) !== null;
    await waitFor(isReady, READY_MS, over.signal);
    const cloud = readCliFile(dataDir);
    if (cloud === null) {
      child.kill("SIGKILL");
      throw new Error(`the site did not start; see ${log}`);
    }
    return new LoopSite(child, exited, cloud);
  }

  /** Asks again and again until an answer is there. @throws Error naming what never came. */
  async until<T>(what: string, withinMs: number, look: () => Promise<T | null>): Promise<T> {
    for (const endsAt = Date.now() + withinMs; Date.now() < endsAt; ) {
      if (this.#child.exitCode !== null) throw new Error(`the site ended before ${what}`);
      const found = await look();
      if (found !== null) return found;
      await new Promise((resolve) => setTimeout(resolve, PERIOD_MS));
    }
    throw new Error(`${what} did not come within ${Math.round(withinMs / 1000)} s`);
  }

  /** Stops everything in order; what does not stop is killed. */
  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    const late = setTimeout(() => this.#child.kill("SIGKILL"), STOP_MS);
    await this.#exited;
    clearTimeout(late);
  }
}
