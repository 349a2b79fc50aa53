import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { JOB_FILES } from "../jobs/job-files.ts";
import { putWhole } from "../jobs/job-folder.ts";
import type { PodOrder } from "./pod-order.ts";
import { getObject, putObject } from "./presigned-request.ts";

const PERIOD_MS = 1_000;
/** Of a pod that ends: it has 20 s in all. */
const LAST_MS = 10_000;

/** Brings a job's checkpoint into its folder, and away whenever it has changed. */
export class CheckpointCourier {
  readonly #file: string;
  readonly #addresses: PodOrder["checkpoint"];
  readonly #logger: Logger;
  #brought = 0;
  #timer: NodeJS.Timeout | undefined;
  #under: Promise<void> = Promise.resolve();

  constructor(folder: string, addresses: PodOrder["checkpoint"], logger: Logger) {
    this.#file = join(folder, JOB_FILES.checkpoint);
    this.#addresses = addresses;
    this.#logger = logger;
  }

  /** @throws CodedError BLOBS_UNREACHABLE. */
  async start(signal: AbortSignal): Promise<void> {
    const response = await getObject(this.#addresses.get, signal);
    if (response !== null) {
      await putWhole(this.#file, Buffer.from(await response.arrayBuffer()));
      this.#brought = await this.#changedAt();
    }
    this.#timer = setTimeout(() => this.#tick(), PERIOD_MS);
  }

  /** Brings away what has changed since. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#under;
    await this.#bring(AbortSignal.timeout(LAST_MS));
    clearTimeout(this.#timer);
  }

  #tick(): void {
    this.#under = this.#bring(AbortSignal.timeout(LAST_MS)).then(() => {
      this.#timer = setTimeout(() => this.#tick(), PERIOD_MS);
    });
  }

  /** A store that is away stops no training: the next checkpoint is tried again. */
  async #bring(signal: AbortSignal): Promise<void> {
    try {
      const changedAt = await this.#changedAt();
      if (changedAt === this.#brought) return;
      await putObject(this.#addresses.put, await readFile(this.#file), signal);
      this.#brought = changedAt;
    } catch (error) {
      this.#logger.debug({ err: error }, "checkpoint not brought away");
    }
  }

  /** 0 without one. */
  async #changedAt(): Promise<number> {
    return (await stat(this.#file).catch(() => null))?.mtimeMs ?? 0;
  }
}
