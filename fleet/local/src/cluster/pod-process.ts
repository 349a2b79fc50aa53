import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { JobSpec } from "./job-spec.ts";

/** A log that is longer loses its beginning. */
const KEPT_LOG_BYTES = 1_000_000;

/** How a container ended, as a kubelet tells it. */
export interface ContainerEnd {
  exitCode: number;
  reason: string;
}

/** The one container of a Job's pod, as a process with the Job's environment and nothing else. */
export class PodProcess {
  readonly name: string;
  readonly #spec: JobSpec["spec"]["template"]["spec"];
  readonly #imageRoot: string;
  readonly #dir: string;
  #child: ChildProcess | null = null;
  #log = "";
  #end: ContainerEnd | null = null;
  #killedFor: string | null = null;

  /** `dir`: where the pod's emptyDirs are made. */
  constructor(options: {
    name: string;
    spec: JobSpec["spec"]["template"]["spec"];
    imageRoot: string;
    dir: string;
  }) {
    this.name = options.name;
    this.#spec = options.spec;
    this.#imageRoot = options.imageRoot;
    this.#dir = options.dir;
  }

  get end(): ContainerEnd | null {
    return this.#end;
  }

  /** What it has said on both streams. */
  get log(): string {
    return this.#log;
  }

  /** Runs until the container has ended. */
  async run(): Promise<ContainerEnd> {
    const [container] = this.#spec.containers;
    const folders = container.volumeMounts.map(({ name, mountPath }) => ({
      mountPath,
      folder: join(this.#dir, name),
    }));
    for (const { folder } of folders) await mkdir(folder, { recursive: true });
    const here = (value: string): string =>
      folders.find(({ mountPath }) => mountPath === value)?.folder ?? value;
    const [program = "", ...args] = container.command;
    const child = spawn(program, args, {
      cwd: this.#imageRoot,
      env: {
        // The image's own.
        PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
        ...Object.fromEntries(container.env.map(({ name, value }) => [name, here(value)])),
      },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        this.#log = `${this.#log}${chunk.toString()}`.slice(-KEPT_LOG_BYTES);
      });
    }
    this.#end = await this.#ended(child);
    await rm(this.#dir, { recursive: true, force: true });
    return this.#end;
  }

  /** As a kubelet does it: politely, then by force. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === null || this.#end !== null) return;
    child.kill("SIGTERM");
    const graceMs = this.#spec.terminationGracePeriodSeconds * 1000;
    const force = new AbortController();
    const timer = delay(graceMs, undefined, { signal: force.signal }).then(
      () => this.#killGroup(),
      () => {},
    );
    await this.#closed(child);
    force.abort();
    await timer;
  }

  /** At once, for a reason that its status tells. */
  kill(reason: string): void {
    this.#killedFor = reason;
    this.#killGroup();
  }

  async #ended(child: ChildProcess): Promise<ContainerEnd> {
    try {
      const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
      // Nothing of a container outlives its first process.
      this.#killGroup();
      await this.#closed(child);
      const exitCode = code ?? 128 + (signal === "SIGTERM" ? 15 : 9);
      const reason = this.#killedFor ?? (exitCode === 0 ? "Completed" : "Error");
      return { exitCode, reason };
    } catch (error) {
      this.#log += `${(error as Error).message}\n`;
      return { exitCode: 128, reason: "StartError" };
    }
  }

  async #closed(child: ChildProcess): Promise<void> {
    const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
    await Promise.all(
      streams.map((stream) => (stream.closed ? undefined : once(stream, "close").catch(() => {}))),
    );
  }

  #killGroup(): void {
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // All of it is over.
    }
  }
}
