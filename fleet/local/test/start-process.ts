import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryPath } from "../src/start/repository.ts";

/** A running `start`, as a test sees it. */
export class StartProcess {
  readonly child: ChildProcess;
  stdout = "";
  stderr = "";
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;

  constructor(args: readonly string[], env: Record<string, string> = {}) {
    this.child = spawn(
      process.execPath,
      [repositoryPath("fleet/local/src/cli/main.ts"), "start", "--no-open", ...args],
      { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] },
    );
    this.child.stdout?.on("data", (chunk: Buffer) => {
      this.stdout += chunk.toString();
    });
    this.child.stderr?.on("data", (chunk: Buffer) => {
      this.stderr += chunk.toString();
    });
    this.exited = new Promise((resolve) =>
      this.child.on("exit", (code, signal) => resolve({ code, signal })),
    );
  }

  /** Waits until stdout or stderr holds a text. @throws Error with all output where it never comes. */
  async says(text: string | RegExp, withinMs = 120_000): Promise<RegExpExecArray> {
    const pattern =
      typeof text === "string" ? new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")) : text;
    for (const startedAt = Date.now(); Date.now() - startedAt < withinMs; ) {
      const match = pattern.exec(`${this.stdout}\n${this.stderr}`);
      if (match !== null) return match;
      if (this.child.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const last = pattern.exec(`${this.stdout}\n${this.stderr}`);
    if (last !== null) return last;
    throw new Error(
      `never said ${pattern}\n--- stdout\n${this.stdout}\n--- stderr\n${this.stderr}`,
    );
  }

  /** The figures in the last line of stdout. */
  get summary(): Record<string, unknown> {
    return JSON.parse(this.stdout.trim().split("\n").at(-1) ?? "") as Record<string, unknown>;
  }
}

/** A data directory of its own, removed by `dispose`. */
export function temporaryDataDir(): { path: string; dispose: () => void } {
  const path = mkdtempSync(join(tmpdir(), "sentinel-start-"));
  return { path, dispose: () => rmSync(path, { recursive: true, force: true }) };
}
