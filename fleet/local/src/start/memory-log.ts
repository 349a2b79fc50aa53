import type { Progress } from "./progress.ts";
import { residentBytes } from "./resident-memory.ts";

const PERIOD_MS = 60_000;

/** Who is measured. */
export interface MeasuredRoles {
  readonly agentPid: number | null;
  readonly cloudPid: number | null;
  readonly restarts: number;
}

/** Measures the roles' resident memory: the agent with its ffmpeg children, and the cloud. */
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
    const { agentPid, cloudPid } = this.#roles;
    return {
      edge: agentPid === null ? 0 : residentBytes(agentPid),
      cloud: cloudPid === null ? 0 : residentBytes(cloudPid),
    };
  }
}
