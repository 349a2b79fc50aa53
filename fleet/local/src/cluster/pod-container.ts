import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { localError } from "../errors.ts";
import { RoleLog } from "../start/role-log.ts";
import type { PlannedContainer } from "./plan-pod.ts";
import { type PlannedProbe, probe } from "./probe.ts";

/** Between two tries of a container that ended; doubled with each, as the kubelet does. */
const FIRST_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 30_000;
const TAIL_LINES = 12;
/** Probes of a start are tried more often than every second, so that nobody waits for a clock. */
const START_PERIOD_MS = 250;

interface ContainerOptions {
  planned: PlannedContainer;
  logFile: string;
  folder: string;
  graceMs: number;
  onSpawn: (pid: number) => void;
  /** It is ready, or not any more. */
  onReady: (ready: boolean) => void;
  onEnd: (reason: string) => void;
}

/** One container as a process: probed, started again when it ends, stopped as the kubelet stops. */
export class PodContainer {
  readonly #options: ContainerOptions;
  readonly #log: RoleLog;
  #child: ChildProcess | null = null;
  #tail: string[] = [];
  #stopping = false;
  #ready = false;
  restarts = 0;

  constructor(options: ContainerOptions) {
    this.#options = options;
    this.#log = new RoleLog(options.logFile);
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** Starts it and waits until it is ready. @throws CodedError CLUSTER_POD_FAILED with its last lines. */
  async start(): Promise<void> {
    this.#stopping = false;
    this.#log.open();
    const child = this.#spawn();
    const { startup, readiness } = this.#options.planned;
    const first = startup ?? readiness;
    if (first !== null) await this.#until(first, child);
    if (readiness !== null && readiness !== first) await this.#until(readiness, child);
    this.#tell(true);
    void this.#watch(child);
  }

  /** Runs it once. @returns its exit code. */
  async run(): Promise<number> {
    this.#stopping = true;
    this.#log.open();
    const child = this.#spawn();
    const code = await exitOf(child);
    this.#log.close();
    return code ?? 1;
  }

  /** SIGTERM, and SIGKILL when its grace is over. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#tell(false);
    const child = this.#child;
    if (child !== null && child.exitCode === null && child.signalCode === null) {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), this.#options.graceMs);
      await exitOf(child);
      clearTimeout(timer);
    }
    this.#log.close();
  }

  /** Ends it at once. */
  kill(): void {
    this.#stopping = true;
    this.#child?.kill("SIGKILL");
  }

  /** What is wrong, with the end of its log. */
  fault(problem: string): Error {
    const { planned, logFile } = this.#options;
    const lines = [`${planned.name} ${problem}`, ...this.#tail, `log: ${logFile}`];
    return localError("CLUSTER_POD_FAILED", lines.join("\n"));
  }

  #spawn(): ChildProcess {
    const { planned, folder, onSpawn } = this.#options;
    const [program = "", ...args] = planned.command;
    // A process group of its own: a Ctrl-C in the terminal reaches only the one who knows the order.
    const child = spawn(program, args, {
      cwd: folder,
      env: { ...planned.env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    this.#child = child;
    if (child.pid !== undefined) onSpawn(child.pid);
    child.once("error", (error) => this.#note(Buffer.from(`${error.message}\n`)));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => this.#note(chunk));
    }
    child.once("exit", (code, signal) => this.#onExit(child, signal ?? `exit code ${code}`));
    return child;
  }

  #note(chunk: Buffer): void {
    this.#log.write(chunk);
    const lines = chunk.toString().split("\n").filter(Boolean);
    this.#tail = [...this.#tail, ...lines].slice(-TAIL_LINES);
  }

  async #until(wanted: PlannedProbe, child: ChildProcess): Promise<void> {
    const until = Date.now() + wanted.periodMs * wanted.failures;
    while (!(await probe(wanted))) {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
        throw this.fault(`ended before it was ready (${child.signalCode ?? child.exitCode})`);
      }
      if (Date.now() > until) throw this.fault("was not ready in time");
      await delay(START_PERIOD_MS);
    }
  }

  /** Asks readiness and liveness for as long as this process lives. */
  async #watch(child: ChildProcess): Promise<void> {
    const { readiness, liveness, name } = this.#options.planned;
    const isCurrent = () =>
      !this.#stopping &&
      this.#child === child &&
      child.exitCode === null &&
      child.signalCode === null;
    const every = async (
      wanted: PlannedProbe | null,
      heard: (well: boolean, failed: number) => void,
    ) => {
      for (let failed = 0; wanted !== null && isCurrent(); ) {
        await delay(wanted.periodMs, undefined, { ref: false });
        if (!isCurrent()) return;
        const well = await probe(wanted);
        failed = well ? 0 : failed + 1;
        if (isCurrent()) heard(well, failed);
      }
    };
    await Promise.all([
      every(readiness, (well, failed) => {
        if (well) this.#tell(true);
        else if (failed >= (readiness?.failures ?? 1)) this.#tell(false);
      }),
      every(liveness, (_well, failed) => {
        if (failed < (liveness?.failures ?? 1)) return;
        this.#options.onEnd(`${name} does not answer its liveness probe`);
        child.kill("SIGKILL");
      }),
    ]);
  }

  #tell(ready: boolean): void {
    if (this.#ready === ready) return;
    this.#ready = ready;
    this.#options.onReady(ready);
  }

  #onExit(child: ChildProcess, reason: string): void {
    if (this.#stopping || this.#child !== child) return;
    const wasReady = this.#ready;
    this.#tell(false);
    if (!wasReady && this.restarts === 0) return;
    this.restarts += 1;
    const lines = this.#tail.slice(-3).map((line) => `\n    ${line.slice(0, 300)}`);
    this.#options.onEnd(
      `${this.#options.planned.name} ended with ${reason}; starting it again${lines.join("")}`,
    );
    const backoff = Math.min(
      MAX_BACKOFF_MS,
      FIRST_BACKOFF_MS * 2 ** Math.min(this.restarts - 1, 10),
    );
    setTimeout(() => {
      // A start that fails is told by its exit.
      if (!this.#stopping) this.start().catch(() => undefined);
    }, backoff).unref();
  }
}

function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    child.once("exit", (code) => resolve(code));
    child.once("error", () => resolve(null));
  });
}
