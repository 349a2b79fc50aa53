import { join } from "node:path";
import { CodedError } from "@sentinel/protocol/coded-error";
import type { Logger } from "pino";
import type { Sql, Statement } from "../../database/postgres.ts";
import type { CurvePoint, JobFault } from "../../database/tables/training-tables.ts";
import { ChildLines } from "./child-lines.ts";
import { removeJobFolder } from "./job-folder.ts";
import { JobRecorder, type WriteProgress } from "./job-recorder.ts";

/** A cancellation is told by NOTIFY; this is for the one that got lost. */
const LOOK_MS = 3_000;

/** What one attempt at a job works with. */
export interface Attempt {
  /** The job's own, which may hold what an earlier attempt left. */
  folder: string;
  recorder: JobRecorder;
  /** Ends the work. */
  signal: AbortSignal;
  /** Is aborted where nobody wants the job any more, before `signal` is. */
  gone: AbortSignal;
}

/** How jobs of one kind are worked on and where they stand; `Job` is a row of their table. */
export interface JobKind<Job> {
  /** For logs. */
  name: string;
  /** Takes up a job that is not over ($1 its id, $2 now) and returns its row. */
  claim: Statement;
  /** Reads the `state` of a job ($1). */
  readState: Statement;
  /** The curve that earlier attempts told. */
  curveOf(job: Job): readonly CurvePoint[];
  writeProgress(jobId: string): WriteProgress;
  /**
   * Works on a job until it is over and writes how it ended.
   * @throws CodedError that ends the job, where it is not retryable; anything else is tried again.
   */
  work(job: Job, attempt: Attempt): Promise<void>;
  /** Ends a job that failed. */
  fail(job: Job, fault: JobFault): Promise<void>;
  /** Removes what lies elsewhere of a job that is over. */
  forget(jobId: string): Promise<void>;
}

/** Works on jobs of one kind, each in a folder of its own. */
export class JobRunner<Job> {
  readonly #sql: Sql;
  readonly #kind: JobKind<Job>;
  readonly #folder: string;
  readonly #logger: Logger;
  readonly #running = new Map<string, AbortController>();

  constructor(options: {
    sql: Sql;
    kind: JobKind<Job>;
    /** Each job gets a folder in it. */
    folder: string;
    logger: Logger;
  }) {
    this.#sql = options.sql;
    this.#kind = options.kind;
    this.#folder = options.folder;
    this.#logger = options.logger;
  }

  /** Ends the work on jobs that are no longer to be done; ask it whenever one may have been cancelled. */
  async look(): Promise<void> {
    for (const [jobId, abort] of this.#running) {
      const [row] = await this.#sql.query<{ state: string }>(this.#kind.readState, [jobId]);
      if (row?.state !== "running") abort.abort();
    }
  }

  /**
   * Works on a job until it is over, from its checkpoint where there is one. `signal` ends the work
   * and leaves the job as it is, for whoever takes it up next.
   * @throws where it should be tried again later.
   */
  async run(jobId: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const [job] = await this.#sql.query<Job>(this.#kind.claim, [jobId, Date.now()]);
    const folder = join(this.#folder, jobId);
    if (job === undefined) return this.#forget(jobId, folder);
    const gone = new AbortController();
    this.#running.set(jobId, gone);
    const timer = setInterval(() => void this.look().catch(() => {}), LOOK_MS);
    const recorder = new JobRecorder({
      write: this.#kind.writeProgress(jobId),
      curve: this.#kind.curveOf(job),
      logger: this.#logger,
      onGone: () => gone.abort(),
    });
    try {
      await this.#kind.work(job, {
        folder,
        recorder,
        signal: AbortSignal.any([signal, gone.signal]),
        gone: gone.signal,
      });
      await this.#forget(jobId, folder);
    } catch (error) {
      // Dealt out again after a pause.
      if (isRetryable(error)) recorder.stage(`waits, ${error.code}`, 0, 0);
      await recorder.close();
      if (gone.signal.aborted) return await this.#forget(jobId, folder);
      signal.throwIfAborted();
      if (!(error instanceof CodedError) || error.retryable) throw error;
      this.#logger.warn({ jobId, err: error }, `${this.#kind.name} failed`);
      const lines = error.cause instanceof ChildLines ? error.cause.lines : [];
      await this.#kind.fail(job, { code: error.code, message: error.message, lines });
      await this.#forget(jobId, folder);
    } finally {
      clearInterval(timer);
      this.#running.delete(jobId);
    }
  }

  async #forget(jobId: string, folder: string): Promise<void> {
    await removeJobFolder(folder);
    await this.#kind.forget(jobId).catch((error: unknown) => {
      this.#logger.warn({ jobId, err: error }, "something of the job is left");
    });
  }
}

function isRetryable(error: unknown): error is CodedError {
  return error instanceof CodedError && error.retryable;
}
