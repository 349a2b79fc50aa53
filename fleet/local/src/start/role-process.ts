import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { localError } from "../errors.ts";
import { RoleLog } from "./role-log.ts";

/** What a role's process is started with. */
export interface RoleProcessOptions {
  /** For people: `cloud`, `edge agent`. */
  name: string;
  mainFile: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  logFile: string;
  readyTimeoutMs: number;
  stopTimeoutMs: number;
  onSpawn: (pid: number) => void;
  onMessage: (message: unknown) => void;
  /** The process ended without being asked; it is started again. */
  onCrash: (reason: string) => void;
}

const MAX_BACKOFF_MS = 30_000;

/**
 * One role as its own process, with a life: started, watched, started again when it dies, and
 * stopped politely within a deadline. Its own process group, so that Ctrl-C in the terminal reaches
 * only the one who knows the order. When this process dies the IPC channel closes and the role stops.
 */
export class RoleProcess {
  readonly #options: RoleProcessOptions;
  #child: ChildProcess | null = null;
  readonly #log: RoleLog;
  #tail: string[] = [];
  #stopping = false;
  #restarts = 0;
  #env: Readonly<Record<string, string>>;

  constructor(options: RoleProcessOptions) {
    this.#options = options;
    this.#env = options.env;
    this.#log = new RoleLog(options.logFile);
  }

  /** How often it died and was started again. */
  get restarts(): number {
    return this.#restarts;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** Variables for the next start of the process, on top of those given. */
  setEnv(extra: Readonly<Record<string, string>>): void {
    this.#env = { ...this.#env, ...extra };
  }

  /** Starts it and waits for its `ready`. @throws CodedError ROLE_FAILED with the end of its log. */
  async start(): Promise<Record<string, unknown>> {
    this.#stopping = false;
    this.#log.open();
    const ready = this.#spawn();
    ready.child.once("exit", (code, signal) => this.#onExit(code, signal));
    return ready.promise;
  }

  /** SIGTERM, then SIGKILL at the deadline. @returns false where it had to be killed. */
  async stop(): Promise<boolean> {
    this.#stopping = true;
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null)
      return this.#closeLog(true);
    const exited = new Promise<boolean>((resolve) => child.once("exit", () => resolve(true)));
    child.kill("SIGTERM");
    const clean = await Promise.race([
      exited,
      delay(this.#options.stopTimeoutMs, false, { ref: false }),
    ]);
    if (!clean) {
      child.kill("SIGKILL");
      await exited;
    }
    return this.#closeLog(clean);
  }

  /** Ends it at once. */
  kill(): void {
    this.#stopping = true;
    this.#child?.kill("SIGKILL");
  }

  #closeLog(result: boolean): boolean {
    this.#log.close();
    return result;
  }

  #spawn() {
    const { name, mainFile, args, readyTimeoutMs } = this.#options;
    const child = spawn(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", mainFile, ...args],
      {
        env: { ...this.#env },
        stdio: ["ignore", "pipe", "pipe", "ipc"],
        detached: true,
      },
    );
    this.#child = child;
    if (child.pid !== undefined) this.#options.onSpawn(child.pid);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.#log.write(chunk);
        this.#tail = [...this.#tail, ...chunk.toString().split("\n").filter(Boolean)].slice(-8);
      });
    }
    const promise = new Promise<Record<string, unknown>>((resolve, reject) => {
      const failed = (why: string) =>
        reject(
          localError(
            "ROLE_FAILED",
            `the ${name} ${why}\n${this.#tail.join("\n")}\nlog: ${this.#options.logFile}`,
          ),
        );
      const timer = setTimeout(
        () => failed(`was not ready within ${readyTimeoutMs / 1000} s`),
        readyTimeoutMs,
      );
      child.once("error", (error) => failed(`could not be started: ${error.message}`));
      child.once("exit", (code, signal) => {
        clearTimeout(timer);
        failed(`ended with ${signal ?? `exit code ${code}`}`);
      });
      child.on("message", (message) => {
        if (isReady(message)) {
          clearTimeout(timer);
          resolve(message);
        } else this.#options.onMessage(message);
      });
    });
    return { child, promise };
  }

  #onExit(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#stopping) return;
    this.#restarts += 1;
    this.#options.onCrash(signal ?? `exit code ${code}`);
    const backoff = Math.min(MAX_BACKOFF_MS, 500 * 2 ** Math.min(this.#restarts - 1, 10));
    setTimeout(() => {
      if (this.#stopping) return;
      const again = this.#spawn();
      again.child.once("exit", (c, s) => this.#onExit(c, s));
      // A start that fails again is told by its exit; nobody waits for this promise.
      again.promise.catch(() => undefined);
    }, backoff).unref();
  }
}

function isReady(message: unknown): message is Record<string, unknown> {
  return (
    typeof message === "object" && message !== null && "type" in message && message.type === "ready"
  );
}
