import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { repositoryPath } from "../start/repository.ts";
import { makeVolumes } from "./make-volumes.ts";
import type { PlannedPod } from "./plan-pod.ts";
import { PodContainer } from "./pod-container.ts";

interface PodOptions {
  planned: PlannedPod;
  logs: string;
  onSpawn: (pid: number) => void;
  /** What an operator would see as an event of the pod. */
  say: (line: string) => void;
  /** Its readiness changed, so that who sends requests to it must be told. */
  onReady: () => void;
}

/** A pod: its volumes as folders, its containers as processes. */
export class LocalPod {
  readonly planned: PlannedPod;
  readonly #options: PodOptions;
  readonly #containers: readonly PodContainer[];
  readonly #ready = new Set<number>();
  #stopped = false;

  constructor(options: PodOptions) {
    this.planned = options.planned;
    this.#options = options;
    this.#containers = options.planned.containers.map(
      (planned, index) =>
        new PodContainer({
          planned,
          logFile: join(options.logs, `${planned.name.replace("/", ".")}.log`),
          folder: repositoryPath("."),
          graceMs: options.planned.graceMs,
          onSpawn: options.onSpawn,
          onReady: (ready) => this.#hear(index, ready),
          onEnd: options.say,
        }),
    );
  }

  get name(): string {
    return this.planned.placed.name;
  }

  /** Every container is ready. */
  get isReady(): boolean {
    return this.#ready.size === this.#containers.length;
  }

  /** Of its last container, which is the one that the pod is named for. */
  get pid(): number | null {
    return this.#containers.at(-1)?.pid ?? null;
  }

  get restarts(): number {
    return this.#containers.reduce((sum, { restarts }) => sum + restarts, 0);
  }

  /** Makes the volumes, then starts one container after the other. @throws CodedError CLUSTER_POD_FAILED. */
  async start(): Promise<void> {
    this.#stopped = false;
    makeVolumes(this.planned);
    for (const container of this.#containers) await container.start();
  }

  /** Runs a Job's pod to its end, again as often as `tries` says. @throws CodedError CLUSTER_POD_FAILED. */
  async run(tries: number): Promise<void> {
    makeVolumes(this.planned);
    for (const container of this.#containers) {
      let code = 1;
      for (let left = tries; code !== 0 && left > 0 && !this.#stopped; left -= 1) {
        code = await container.run();
      }
      if (code !== 0) throw container.fault(`ended with exit code ${code}`);
    }
  }

  /** Takes it out of service, waits as its manifest says, and ends it; `fast` does not wait. */
  async stop(fast: boolean): Promise<void> {
    this.#stopped = true;
    this.#ready.clear();
    this.#options.onReady();
    if (!fast) await delay(this.planned.preStopMs);
    for (const container of [...this.#containers].reverse()) await container.stop();
  }

  /** Ends it at once. */
  kill(): void {
    for (const container of this.#containers) container.kill();
  }

  #hear(index: number, ready: boolean): void {
    if (ready) this.#ready.add(index);
    else this.#ready.delete(index);
    this.#options.onReady();
  }
}
