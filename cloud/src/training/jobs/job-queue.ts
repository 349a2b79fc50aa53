import { PgBoss } from "pg-boss";
import type { Logger } from "pino";
import type { Sql } from "../../database/postgres.ts";
import { storableJson } from "../../database/storable-json.ts";
import { cloudError } from "../../errors.ts";
import { END_JOB, PENDING_JOBS } from "./job-row.ts";

const SCHEMA = "training_queue";
const QUEUE = "training";
/** A trainer that is silent for so long is taken for dead; the least that the library allows. */
const HEARTBEAT_SECONDS = 10;
/** How soon the dead are noticed, and lost notifications made good. */
const PERIOD_SECONDS = 5;
/** How often a job is taken up before it is given up. */
const MAX_ATTEMPTS = 20;
const STOP_MS = 2_500;

/**
 * Who works on which job: exactly one trainer on one job, one job at a time in this process. The
 * table training_jobs says what there is to do; the queue (pg-boss, a schema of its own) only deals
 * it out, and deals it anew where a trainer falls silent. So the API needs no queue to start a job.
 */
export class JobQueue {
  readonly #boss: PgBoss;
  readonly #sql: Sql;
  readonly #run: (jobId: string, signal: AbortSignal) => Promise<void>;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  #workerId: string | null = null;
  #timer: NodeJS.Timeout | undefined;
  #enrolling: Promise<void> | null = null;

  /** `run` works on a job until it is over; throws where it should be tried again. */
  constructor(options: {
    url: string;
    sql: Sql;
    run: (jobId: string, signal: AbortSignal) => Promise<void>;
    logger: Logger;
  }) {
    this.#sql = options.sql;
    this.#run = options.run;
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
    await this.#boss.createQueue(QUEUE, {
      heartbeatSeconds: HEARTBEAT_SECONDS,
      expireInSeconds: 23 * 3600,
      retryLimit: MAX_ATTEMPTS,
      retryDelay: 1,
      retryBackoff: true,
      retryDelayMax: 60,
    });
    this.#workerId = await this.#boss.work<{ jobId: string }>(
      QUEUE,
      { pollingIntervalSeconds: 2, batchSize: 1 },
      async ([job]) => {
        if (job === undefined) return;
        await this.#run(job.data.jobId, AbortSignal.any([job.signal, this.#stopping.signal]));
      },
    );
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
    const pending = await this.#sql.query<{ job_id: string }>(PENDING_JOBS, []);
    for (const { job_id: jobId } of pending) {
      if ((await this.#boss.send(QUEUE, { jobId }, { id: jobId })) !== null) continue;
      await this.#mend(jobId);
    }
    if (pending.length > 0 && this.#workerId !== null) this.#boss.notifyWorker(this.#workerId);
  }

  /** Brings a job in line that the queue holds for over and the table does not. */
  async #mend(jobId: string): Promise<void> {
    const [held] = await this.#boss.findJobs(QUEUE, { id: jobId });
    if (held?.state === "failed") {
      const { code, message } = cloudError(
        "TRAINING_KILLED",
        `the job was taken up ${held.retryCount + 1} times and never came to an end`,
      );
      const fault = storableJson({ code, message, lines: [] });
      await this.#sql.query(END_JOB, [jobId, "failed", Date.now(), fault, null, null]);
    } else if (held?.state === "completed" || held?.state === "cancelled") {
      await this.#boss.deleteJob(QUEUE, jobId);
      await this.#boss.send(QUEUE, { jobId }, { id: jobId });
    }
  }
}
