import { CodedError } from "@sentinel/protocol/coded-error";
import type { Logger } from "pino";
import type { Postgres } from "../../database/postgres.ts";
import { cloudError } from "../../errors.ts";
import { type LoopMemory, writeLoopMemory } from "./loop-settings.ts";
import { type LoopState, readLoopState } from "./loop-state.ts";
import { queueJob } from "./start-job.ts";

const PERIOD_MS = 3_000;
/** What was refused is tried again when there is more, or after this. */
const AGAIN_MS = 60_000;
const SYSTEM = { id: "system", name: "system" };
const SEED = 1;

/** Builds a dataset version of all current annotations. @throws CodedError where it cannot. */
export type BuildVersion = () => Promise<{ datasetId: string }>;

/**
 * The step that closes the loop: once enough new annotations have come it builds a dataset version
 * and queues a job. What stands in its way is kept where people see it.
 */
export class LoopTrigger {
  readonly #database: Postgres;
  readonly #build: BuildVersion;
  readonly #onQueued: () => void;
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | null = null;
  #triedWith = -1;

  constructor(options: {
    database: Postgres;
    build: BuildVersion;
    onQueued: () => void;
    logger: Logger;
  }) {
    this.#database = options.database;
    this.#build = options.build;
    this.#onQueued = options.onQueued;
    this.#logger = options.logger;
  }

  start(): void {
    this.#timer = setInterval(() => void this.look(), PERIOD_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  /** Looks whether it is time; ask it whenever annotations may have come. */
  look(): Promise<void> {
    this.#looking ??= this.#look()
      .catch((error: unknown) => this.#logger.debug({ err: error }, "loop could not look"))
      .finally(() => {
        this.#looking = null;
      });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const state = await readLoopState(this.#database);
    const { settings, memory, annotations, jobId } = state;
    if (!settings.enabled || jobId !== null || annotations < settings.annotations) return;
    const { blocked } = memory;
    const again = blocked === null || Date.now() - blocked.at > AGAIN_MS;
    if (!again && annotations === this.#triedWith) return;
    this.#triedWith = annotations;
    try {
      await this.#train(state);
    } catch (error) {
      await this.#remember(memory, error);
    }
  }

  async #train({ base, memory, newestAt, settings }: LoopState): Promise<void> {
    if (base === null) {
      const message = "there is no approved model of a layout that can be trained";
      throw cloudError("TRAINING_BASE_UNUSABLE", message);
    }
    const { datasetId } = await this.#build();
    await this.#database.transaction(async (sql) => {
      const after = { countedTo: newestAt ?? memory.countedTo, datasetId, blocked: null };
      if (!(await writeLoopMemory(sql, memory, after))) return;
      const wish = { datasetId, baseDigest: base.digest, engine: settings.engine };
      await queueJob(sql, { ...wish, settings: {}, seed: SEED }, "threshold", SYSTEM);
    });
    this.#onQueued();
  }

  async #remember(memory: LoopMemory, error: unknown): Promise<void> {
    // A database that is away, or a defect: for the log, and tried again.
    if (!(error instanceof CodedError)) {
      this.#triedWith = -1;
      throw error;
    }
    const { code, message } = error;
    this.#logger.info({ code, reason: message }, "the loop cannot train yet");
    const blocked = { code, message, at: Date.now() };
    await this.#database.transaction(async (sql) => {
      await writeLoopMemory(sql, memory, { ...memory, blocked });
    });
  }
}
