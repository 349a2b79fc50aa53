import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";

const entrySchema = z.object({ pid: z.int().min(2), startTicks: z.string() });
type Entry = z.infer<typeof entrySchema>;

/**
 * Remembers the processes that an instance started, so that the next one can end those which a
 * `kill -9` left behind. A process id alone may have been given to somebody else since; together
 * with the kernel's start time (proc(5), field 22 of stat) it cannot.
 */
export class Leftovers {
  readonly #file: string;
  #entries: Entry[] = [];

  constructor(dataDir: string) {
    this.#file = join(dataDir, "processes.json");
  }

  /** Ends what an earlier instance left. Every part of ours survives SIGKILL without loss. */
  async end(): Promise<number> {
    const left = this.#read().filter(isAlive);
    for (const { pid } of left) kill(pid);
    for (let waited = 0; left.some(isAlive) && waited < 5000; waited += 50) await delay(50);
    rmSync(this.#file, { force: true });
    return left.length;
  }

  remember(pid: number): void {
    const startTicks = startTicksOf(pid);
    if (startTicks === null) return;
    this.#entries = [...this.#entries.filter(isAlive), { pid, startTicks }];
    writeFileSync(this.#file, JSON.stringify(this.#entries));
  }

  forgetAll(): void {
    this.#entries = [];
    rmSync(this.#file, { force: true });
  }

  #read(): Entry[] {
    if (!existsSync(this.#file)) return [];
    try {
      return z.array(entrySchema).parse(JSON.parse(readFileSync(this.#file, "utf8")));
    } catch {
      // Half-written by a kill in the middle: nothing to go by.
      return [];
    }
  }
}

function isAlive({ pid, startTicks }: Entry): boolean {
  return startTicksOf(pid) === startTicks;
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone in the meantime.
  }
}

/** Start time of a living process in clock ticks since boot; null where there is none (or no /proc). */
function startTicksOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command's name, in parentheses, may hold anything; fields count from behind it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}
