import { statfs } from "node:fs/promises";
import { cpus } from "node:os";

/** Figures of the machine that the agent runs on. */
export interface NodeFigures {
  /** Share of all cores that was busy since the last reading, 0..100. */
  cpuPercent: number;
  /** Memory of the agent's process; its ffmpeg children have about 60 MB each on top. */
  rssBytes: number;
  /** Free for the agent on the disk of its data; null where the system does not tell. */
  diskFreeBytes: number | null;
}

/** Reads the machine's figures. */
export class NodeMeter {
  readonly #dataDir: string;
  #last = cpuTimes();

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  async read(): Promise<NodeFigures> {
    const before = this.#last;
    const now = cpuTimes();
    this.#last = now;
    const total = now.total - before.total;
    const busy = total === 0 ? 0 : 1 - (now.idle - before.idle) / total;
    return {
      cpuPercent: Math.round(Math.min(Math.max(busy, 0), 1) * 1000) / 10,
      rssBytes: process.memoryUsage.rss(),
      diskFreeBytes: await freeBytes(this.#dataDir),
    };
  }
}

function cpuTimes(): { idle: number; total: number } {
  let idle = 0;
  let total = 0;
  for (const { times } of cpus()) {
    idle += times.idle;
    total += times.user + times.nice + times.sys + times.irq + times.idle;
  }
  return { idle, total };
}

async function freeBytes(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return null;
  }
}
