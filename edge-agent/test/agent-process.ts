import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { stringify } from "yaml";
import { waitUntil } from "./wait-until.ts";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** How an agent's process ended. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** The agent as it runs in the field: a process of its own. */
export class AgentProcess {
  readonly #child: ChildProcess;
  readonly exited: Promise<Exit>;
  stdout = "";
  stderr = "";
  /** The newest totals that it told whoever started it. */
  totals: { framesDecoded: number; framesInferred: number } | null = null;
  #ready = false;

  /**
   * @param config is written as the configuration file; null runs without one.
   * @param options.disk a file system of its own for this folder; others see it by `seen`.
   */
  constructor(
    folder: string,
    config: object | string | null,
    options: {
      args?: string[];
      environment?: Record<string, string>;
      disk?: { folder: string; sizeBytes: number };
    } = {},
  ) {
    const args = [...(options.args ?? [])];
    if (config !== null) {
      const path = join(folder, "edge.yaml");
      writeFileSync(path, typeof config === "string" ? config : stringify(config));
      args.unshift("--config", path);
    }
    const command = [process.execPath, MAIN, ...args];
    const [program = "", ...rest] =
      options.disk === undefined ? command : [...onDiskOfItsOwn(options.disk), ...command];
    this.#child = spawn(program, rest, {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: { PATH: process.env.PATH, HOME: folder, ...options.environment },
    });
    this.#child.stdout?.on("data", (data) => {
      this.stdout += data;
    });
    this.#child.stderr?.on("data", (data) => {
      this.stderr += data;
    });
    this.#child.on("message", (message) => {
      const { type } = message as { type?: unknown };
      this.#ready ||= type === "ready";
      if (type === "totals") this.totals = message as AgentProcess["totals"];
    });
    this.exited = new Promise((resolve) => {
      this.#child.on("close", (code, signal) => resolve({ code, signal }));
      // `close` does not come after a disconnect from this side.
      this.#child.on("exit", (code, signal) => {
        if (this.#child.connected) return;
        const read = Promise.all([ended(this.#child.stdout), ended(this.#child.stderr)]);
        void Promise.race([read, delay(2000)]).then(() => resolve({ code, signal }));
      });
    });
    onTestFinished(async () => {
      this.#child.kill("SIGKILL");
      await this.exited;
    });
  }

  async ready(): Promise<void> {
    await waitUntil(`the agent is ready; it said: ${this.stderr}`, () => this.#ready, 40_000);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The path by which this process sees a file of an agent with a disk of its own. */
  seen(path: string): string {
    return `/proc/${this.#child.pid}/root${path}`;
  }

  /** Closes the IPC channel, as the death of the parent does. */
  disconnect(): void {
    this.#child.disconnect();
  }

  /** The ffmpeg processes that it has started. */
  ffmpegs(): number[] {
    const pid = this.#child.pid ?? 0;
    return readdirSync(`/proc/${pid}/task`)
      .flatMap((task) =>
        readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").trim().split(" "),
      )
      .map(Number)
      .filter((child) => isFfmpeg(child));
  }
}

/** When all that a process wrote is read. */
async function ended(stream: Readable | null): Promise<void> {
  if (stream !== null && !stream.readableEnded) await once(stream, "end");
}

/** Runs a command as root of namespaces of its own, with a small file system over a folder. */
function onDiskOfItsOwn({ folder, sizeBytes }: { folder: string; sizeBytes: number }): string[] {
  const mount = `mount -t tmpfs -o size=${sizeBytes} tmpfs "$0" && exec "$@"`;
  return ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, folder];
}

/** True while a process of that id runs ffmpeg. */
export function isFfmpeg(pid: number): boolean {
  try {
    return pid > 0 && readFileSync(`/proc/${pid}/comm`, "utf8").trim() === "ffmpeg";
  } catch {
    return false;
  }
}
