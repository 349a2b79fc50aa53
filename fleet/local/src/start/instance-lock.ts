import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { FileLock } from "@sentinel/edge-agent/outbox/file-lock";
import { z } from "zod";
import { localError } from "../errors.ts";

const holderSchema = z.object({
  pid: z.int(),
  startedAt: z.int(),
  url: z.string().nullable(),
  stopping: z.boolean(),
});

/** Who runs on a data directory. */
export type InstanceHolder = z.infer<typeof holderSchema>;

/** How long a second start waits for one that is already stopping. */
const STOPPING_GRACE_MS = 20_000;
/** How long it waits for one whose parent died a moment ago to notice that. */
const NOTICE_MS = 2000;

/** One running Sentinel per data directory; a file beside the lock names its holder. */
export class InstanceLock {
  readonly #lock: FileLock;
  readonly #holderFile: string;
  #holder: InstanceHolder | null = null;

  constructor(dataDir: string) {
    this.#lock = new FileLock(join(dataDir, "instance.lock"));
    this.#holderFile = join(dataDir, "instance.json");
  }

  /** Takes the lock. @throws CodedError ALREADY_RUNNING naming the holder. */
  async acquire(): Promise<void> {
    const startedAt = Date.now();
    for (;;) {
      if (this.#lock.acquire(0)) break;
      const holder = this.#readHolder();
      const waited = Date.now() - startedAt;
      const patience = holder?.stopping === true ? STOPPING_GRACE_MS : NOTICE_MS;
      if (waited > patience) throw localError("ALREADY_RUNNING", describe(holder));
      await delay(200);
    }
    this.update({ url: null, stopping: false });
  }

  /** Tells others more of this instance. */
  update(change: Partial<Pick<InstanceHolder, "url" | "stopping">>): void {
    const before = this.#holder ?? {
      pid: process.pid,
      startedAt: Date.now(),
      url: null,
      stopping: false,
    };
    this.#holder = { ...before, ...change };
    writeFileSync(this.#holderFile, JSON.stringify(this.#holder));
  }

  release(): void {
    this.#lock.release();
  }

  #readHolder(): InstanceHolder | null {
    try {
      return holderSchema.parse(JSON.parse(readFileSync(this.#holderFile, "utf8")));
    } catch {
      return null;
    }
  }
}

function describe(holder: InstanceHolder | null): string {
  const who =
    holder === null
      ? "another Sentinel"
      : `Sentinel with process id ${holder.pid}, running since ${new Date(holder.startedAt).toLocaleString()}${holder.url === null ? "" : ` at ${holder.url}`},`;
  return `${who} already uses this data directory; stop it first, or give this one --data-dir another`;
}
