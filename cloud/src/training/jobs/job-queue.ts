import { PgBoss } from "pg-boss";
import type { Logger } from "pino";
import type { Sql, Statement } from "../../database/postgres.ts";

const SCHEMA = "training_queue";
/** A trainer that is silent for so long is taken for dead; the least that the library allows. */
const HEARTBEAT_SECONDS = 10;
/** How soon the dead are noticed, and lost notifications made good. */
const PERIOD_SECONDS = 5;
/** How often a job is taken up before it is given up. */
const MAX_ATTEMPTS = 20;
const STOP_MS = 2_500;

/** One kind of work. */
export interface QueuedWork {
  /** Name of its queue. */
  name: string;
  /** Ids (`id`) of jobs that are not over, the oldest first. */
  pending: Statement;
  /** Works on a job until it is over; throws where it should be tried again. */
  run: (jobId: string, signal: AbortSignal) => Promise<void>;
  /** Ends a job that was taken up so often and never came to an end. */
  giveUp: (jobId: string, attempts: number) => Promise<void>;
}

/**
 * Who works on which job: exactly one trainer on one job, one job of a kind at a time in this process.
 * Tables of ours say what there is to do; the queue (pg-boss, a schema of its own) only deals it out,
 * and deals it anew where a trainer falls silent. So the API needs no queue to start a job.
 */
export class JobQueue {
  readonly #boss: PgBoss;
  readonly #sql: Sql;
  readonly #kinds: readonly QueuedWork[];
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  readonly #workers = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #enrolling: Promise<void> | null = null;

  constructor(options: {
    url: string;
    sql: Sql;
    kinds: readonly QueuedWork[];
    logger: Logger;
  }) {
    this.#sql = options.sql;
    this.#kinds = options.kinds;
    this.#logger = options.logger;
    this.#boss = new PgBoss({
      connectionString: options.url,
      application_name: "sentinel-trainer",
      schema: SCHEMA,
      max: 2,
      schedule: false,
      superviseIntervalSeconds: PERIOD_SECONDS,
      monitorIntervalSeconds: PERIOD_SECONDS,
    });
    this.#boss.on("error", (error) => this.#logger.debug({ err: error }, "training queue"));
  }

  async start(): Promise<void> {
    await this.#boss.start();
    for (const { name, run } of this.#kinds) {
      await this.#boss.createQueue(name, {
        heartbeatSeconds: HEARTBEAT_SECONDS,
        expireInSeconds: 23 * 3600,
        retryLimit: MAX_ATTEMPTS,
        retryDelay: 1,
        retryBackoff: true,
        retryDelayMax: 60,
      });
      const workerId = await this.#boss.work<{ jobId: string }>(
        name,
        { pollingIntervalSeconds: 2, batchSize: 1 },
        async ([job]) => {
          if (job === undefined) return;
          await run(job.data.jobId, AbortSignal.any([job.signal, this.#stopping.signal]));
        },
      );
      this.#workers.set(name, workerId);
    }
    this.#timer = setInterval(() => void this.look(), PERIOD_SECONDS * 1000);
    await this.look();
  }

  /** The job that is worked on is left as it is, for the next trainer. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.abort(new Error("the trainer stops"));
    await this.#boss.stop({ graceful: true, timeout: STOP_MS });
  }

  /** Deals out what is to do; ask it whenever a job may have come. */
  look(): Promise<void> {
    this.#enrolling ??= this.#enrol()
      .catch((error: unknown) => this.#logger.debug({ err: error }, "jobs not dealt out"))
      .finally(() => {
        this.#enrolling = null;
      });
    return this.#enrolling;
  }

  async #enrol(): Promise<void> {
    for (const kind of this.#kinds) {
      const pending = await this.#sql.query<{ id: string }>(kind.pending, []);
      for (const { id: jobId } of pending) {
        if ((await this.#boss.send(kind.name, { jobId }, { id: jobId })) !== null) continue;
        await this.#mend(kind, jobId);
      }
      const workerId = this.#workers.get(kind.name);
      if (pending.length > 0 && workerId !== undefined) this.#boss.notifyWorker(workerId);
    }
  }

  /** Brings a job in line that the queue holds for over and the table does not. */
  async #mend({ name, giveUp }: QueuedWork, jobId: string): Promise<void> {
    const [held] = await this.#boss.findJobs(name, { id: jobId });
    if (held?.state === "failed") {
      await giveUp(jobId, held.retryCount + 1);
    } else if (held?.state === "completed" || held?.state === "cancelled") {
      await this.#boss.deleteJob(name, jobId);
      await this.#boss.send(name, { jobId }, { id: jobId });
    }
  }
}
