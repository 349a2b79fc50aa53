import { type ChildProcess, fork } from "node:child_process";
import { constants, setPriority } from "node:os";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { type JobLine, jobLineSchema } from "./job-files.ts";

/** After the polite signal. */
const KILL_AFTER_MS = 1_500;
const KEPT_LINES = 20;
const KEPT_LINE_LENGTH = 500;

/** How the process of a job ended. */
export type ChildEnd =
  | { how: "done" }
  /** It said itself why it could not, or ended with an error. */
  | { how: "failed"; fault: { code: string | null; message: string } | null; lines: string[] }
  /** Somebody killed it: the operating system short of memory, a person; its checkpoint stands. */
  | { how: "killed"; by: string; lines: string[] }
  /** We ended it. */
  | { how: "aborted" };

/**
 * Works on a job's folder in a process of its own, which is given no credentials and runs at lower
 * priority than the cloud itself. It ends when this process does.
 */
export async function runJobChild(options: {
  mainFile: string;
  folder: string;
  signal: AbortSignal;
  onSpawn: (pid: number) => void;
  onLine: (line: JobLine) => void;
}): Promise<ChildEnd> {
  const { mainFile, folder, signal, onSpawn, onLine } = options;
  if (signal.aborted) return { how: "aborted" };
  const child = fork(mainFile, ["--job", folder], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    execArgv: [],
    env: bareEnvironment(),
  });
  let fault: { code: string | null; message: string } | null = null;
  const lines: string[] = [];
  if (child.pid !== undefined) {
    lowerPriority(child.pid);
    onSpawn(child.pid);
  }
  onEachLine(child.stdout, (text) => {
    const line = parseLine(text);
    if (line?.type === "fault") fault = { code: line.code, message: line.message };
    else if (line !== null) onLine(line);
  });
  onEachLine(child.stderr, (text) => {
    lines.push(text.slice(0, KEPT_LINE_LENGTH));
    if (lines.length > KEPT_LINES) lines.shift();
  });
  const { code, killedBy } = await ended(child, signal);
  if (signal.aborted) return { how: "aborted" };
  if (killedBy !== null) return { how: "killed", by: killedBy, lines };
  return code === 0 ? { how: "done" } : { how: "failed", fault, lines };
}

/** Waits for its end, and brings that about where `signal` aborts: politely first. */
async function ended(
  child: ChildProcess,
  signal: AbortSignal,
): Promise<{ code: number | null; killedBy: string | null }> {
  let timer: NodeJS.Timeout | undefined;
  const abort = () => {
    child.kill("SIGTERM");
    timer = setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS);
  };
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await new Promise((resolve, reject) => {
      child.once("error", reject);
      // Not `exit`: what it wrote last has been read only now.
      child.once("close", (code, killedBy) => resolve({ code, killedBy }));
    });
  } finally {
    signal.removeEventListener("abort", abort);
    clearTimeout(timer);
  }
}

function onEachLine(stream: Readable | null, take: (line: string) => void): void {
  if (stream !== null) createInterface({ input: stream }).on("line", take);
}

function parseLine(text: string): JobLine | null {
  try {
    return jobLineSchema.parse(JSON.parse(text));
  } catch {
    // A library wrote to stdout.
    return null;
  }
}

/** Only what a process needs to run: the database's and the stores' keys stay here. */
function bareEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, LANG, LD_LIBRARY_PATH } = process.env;
  return { PATH, HOME, TMPDIR, LANG, LD_LIBRARY_PATH };
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It ended already, or the machine does not allow it.
  }
}
