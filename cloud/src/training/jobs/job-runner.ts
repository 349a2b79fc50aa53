import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CodedError } from "@sentinel/protocol/coded-error";
import type { Logger } from "pino";
import type { Sql } from "../../database/postgres.ts";
import { storableJson } from "../../database/storable-json.ts";
import type { JobFault } from "../../database/tables/training-tables.ts";
import { cloudError, cloudErrors } from "../../errors.ts";
import type { CandidateSink } from "./candidate-sink.ts";
import { type ChildEnd, runJobChild } from "./job-child.ts";
import { JOB_FILES, type JobResult, jobResultSchema } from "./job-files.ts";
import { digestOf, fillJobFolder, type JobStores, removeJobFolder } from "./job-folder.ts";
import { composeJobInput } from "./job-input.ts";
import { JobRecorder } from "./job-recorder.ts";
import { CLAIM_JOB, END_JOB, type JobRow, READ_JOB_STATE } from "./job-row.ts";

const MAIN = fileURLToPath(new URL("../train-main.ts", import.meta.url));
/** How often the process of a job may be killed by others before the job is given up. */
const MAX_KILLS = 4;
/** A cancellation is told by NOTIFY; this is for the one that got lost. */
const LOOK_MS = 3_000;

/** Works on jobs, each in a folder and a process of its own. */
export class JobRunner {
  readonly #sql: Sql;
  readonly #stores: JobStores;
  readonly #folder: string;
  readonly #registerCandidate: CandidateSink;
  readonly #logger: Logger;
  readonly #mainFile: string;
  readonly #running = new Map<string, AbortController>();

  constructor(options: {
    sql: Sql;
    stores: JobStores;
    /** Each job gets a folder in it. */
    folder: string;
    registerCandidate: CandidateSink;
    logger: Logger;
    /** The program that works on a job's folder. */
    mainFile?: string;
  }) {
    this.#sql = options.sql;
    this.#stores = options.stores;
    this.#folder = options.folder;
    this.#registerCandidate = options.registerCandidate;
    this.#logger = options.logger;
    this.#mainFile = options.mainFile ?? MAIN;
  }

  /** Ends the work on jobs that are no longer to be done; ask it whenever one may have been cancelled. */
  async look(): Promise<void> {
    for (const [jobId, abort] of this.#running) {
      const [row] = await this.#sql.query<{ state: string }>(READ_JOB_STATE, [jobId]);
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
    const [job] = await this.#sql.query<JobRow>(CLAIM_JOB, [jobId, Date.now()]);
    const folder = join(this.#folder, jobId);
    if (job === undefined) return removeJobFolder(folder);
    const gone = new AbortController();
    this.#running.set(jobId, gone);
    const timer = setInterval(() => void this.look().catch(() => {}), LOOK_MS);
    const either = AbortSignal.any([signal, gone.signal]);
    const recorder = new JobRecorder({
      sql: this.#sql,
      job,
      logger: this.#logger,
      onGone: () => gone.abort(),
    });
    try {
      const result = await this.#train(job, folder, recorder, either);
      await recorder.close();
      await this.#hand(job, folder, result);
      await removeJobFolder(folder);
    } catch (error) {
      // Dealt out again after a pause.
      if (isRetryable(error)) recorder.stage(`waits, ${error.code}`, 0, 0);
      await recorder.close();
      if (gone.signal.aborted) return removeJobFolder(folder);
      signal.throwIfAborted();
      if (!(error instanceof CodedError) || isRetryable(error)) throw error;
      await this.#fail(job, error, folder);
    } finally {
      clearInterval(timer);
      this.#running.delete(jobId);
    }
  }

  async #train(
    job: JobRow,
    folder: string,
    recorder: JobRecorder,
    signal: AbortSignal,
  ): Promise<JobResult> {
    const input = await composeJobInput(this.#sql, job);
    await fillJobFolder({
      folder,
      input,
      stores: this.#stores,
      signal,
      onPicture: (done, of) => recorder.stage("fetching pictures", done, of),
    });
    for (let kills = 0; ; kills += 1) {
      const end = await runJobChild({
        mainFile: this.#mainFile,
        folder,
        signal,
        onSpawn: (pid) => this.#logger.info({ jobId: job.job_id, pid }, "training"),
        onLine: (line) => recorder.take(line),
      });
      signal.throwIfAborted();
      if (end.how === "done") return readResult(folder);
      if (end.how === "killed" && kills < MAX_KILLS) {
        this.#logger.warn({ jobId: job.job_id, by: end.by }, "training was killed, goes on");
        continue;
      }
      throw faultOf(end);
    }
  }

  async #hand(job: JobRow, folder: string, result: JobResult): Promise<void> {
    const bytes = await readFile(join(folder, JOB_FILES.model));
    if (digestOf(bytes) !== result.digest) {
      throw cloudError("TRAINING_FAILED", "the trained model's file is not the one it reported");
    }
    await this.#registerCandidate({
      digest: result.digest,
      bytes,
      jobId: job.job_id,
      datasetId: job.dataset_id,
      baseDigest: job.base_digest,
    });
    const curve = JSON.stringify(result.curve);
    const values = [job.job_id, "done", Date.now(), null, result.digest, curve];
    await this.#sql.query(END_JOB, values);
    this.#logger.info({ jobId: job.job_id, model: result.digest }, "trained");
  }

  async #fail(job: JobRow, error: CodedError, folder: string): Promise<void> {
    const lines = error.cause instanceof ChildLines ? error.cause.lines : [];
    const fault: JobFault = { code: error.code, message: error.message, lines };
    this.#logger.warn({ jobId: job.job_id, err: error }, "training failed");
    const values = [job.job_id, "failed", Date.now(), storableJson(fault), null, null];
    await this.#sql.query(END_JOB, values);
    await removeJobFolder(folder);
  }
}

function isRetryable(error: unknown): error is CodedError {
  return error instanceof CodedError && error.retryable;
}

/** The last lines of a job's process, beside its fault. */
class ChildLines extends Error {
  readonly lines: string[];

  constructor(lines: string[]) {
    super("the process of the job said so");
    this.lines = lines;
  }
}

function faultOf(end: ChildEnd): CodedError {
  if (end.how === "killed") {
    const message = `the process of the job was killed ${MAX_KILLS + 1} times, by ${end.by}`;
    return cloudError("TRAINING_KILLED", message, new ChildLines(end.lines));
  }
  const lines = end.how === "failed" ? end.lines : [];
  const said = end.how === "failed" ? end.fault : null;
  const last = lines.findLast((line) => line.trim() !== "") ?? "its process gave no reason";
  const message = said?.message ?? last;
  return cloudError(codeOf(said?.code ?? null), message, new ChildLines(lines));
}

/** The engine's own code where it is one of ours. */
function codeOf(code: string | null): keyof typeof cloudErrors {
  const known = Object.keys(cloudErrors).find((candidate) => candidate === code);
  return (known as keyof typeof cloudErrors | undefined) ?? "TRAINING_FAILED";
}

async function readResult(folder: string): Promise<JobResult> {
  try {
    const text = await readFile(join(folder, JOB_FILES.result), "utf8");
    return jobResultSchema.parse(JSON.parse(text));
  } catch (error) {
    throw cloudError("TRAINING_FAILED", "the process of the job left no result", error);
  }
}
