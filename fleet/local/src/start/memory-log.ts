import type { Progress } from "./progress.ts";
import { residentBytes } from "./resident-memory.ts";

const PERIOD_MS = 60_000;

/** Who is measured. */
export interface MeasuredRoles {
  readonly agentPids: readonly number[];
  readonly cloudPid: number | null;
  readonly restarts: number;
}

/** Measures the roles' resident memory: the agents with their ffmpeg children, and the cloud. */
export class MemoryLog {
  readonly #roles: MeasuredRoles;
  readonly #progress: Progress;
  #timer: NodeJS.Timeout | null = null;

  constructor(roles: MeasuredRoles, progress: Progress) {
    this.#roles = roles;
    this.#progress = progress;
  }

  start(): void {
    this.#timer = setInterval(() => {
      const { edge, cloud } = this.sample();
      const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
      this.#progress.say(
        `memory: edge ${megabytes(edge)}, cloud ${megabytes(cloud)}; restarts ${this.#roles.restarts}`,
      );
    }, PERIOD_MS);
    this.#timer.unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  sample(): { edge: number; cloud: number } {
    const { agentPids, cloudPid } = this.#roles;
    return {
      edge: agentPids.reduce((sum, pid) => sum + residentBytes(pid), 0),
      cloud: cloudPid === null ? 0 : residentBytes(cloudPid),
    };
  }
}
