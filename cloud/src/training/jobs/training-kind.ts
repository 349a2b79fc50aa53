import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import type { Sql } from "../../database/postgres.ts";
import { storableJson } from "../../database/storable-json.ts";
import type { JobFault } from "../../database/tables/training-tables.ts";
import { cloudError } from "../../errors.ts";
import { snapshotKey } from "../../snapshots/snapshot-key.ts";
import type { CandidateSink } from "./candidate-sink.ts";
import { JOB_FILES, type JobResult, jobResultSchema } from "./job-files.ts";
import { baseKey, digestOf, fillJobFolder, type JobStores } from "./job-folder.ts";
import { composeJobInput } from "./job-input.ts";
import type { JobPlace } from "./job-place.ts";
import { CLAIM_JOB, END_JOB, type JobRow, READ_JOB_STATE, WRITE_PROGRESS } from "./job-row.ts";
import type { Attempt, JobKind } from "./job-runner.ts";

interface TrainingParts {
  sql: Sql;
  stores: JobStores;
  place: JobPlace;
  registerCandidate: CandidateSink;
  logger: Logger;
}

/** How training jobs are worked on: from a dataset version and a model to a candidate. */
export function trainingKind(parts: TrainingParts): JobKind<JobRow> {
  const { sql } = parts;
  return {
    name: "training",
    claim: CLAIM_JOB,
    readState: READ_JOB_STATE,
    curveOf: ({ curve }) => curve,
    writeProgress: (jobId) => async (progress, curve) => {
      const told = progress === null ? null : storableJson(progress);
      const rows = await sql.query(WRITE_PROGRESS, [jobId, told, JSON.stringify(curve)]);
      return rows.length > 0;
    },
    work: (job, attempt) => train(parts, job, attempt),
    fail: ({ job_id }, fault) => failTraining(sql, job_id, fault),
    forget: (jobId) => parts.place.forget("training", jobId),
  };
}

/** Ends a training job that failed. */
export async function failTraining(sql: Sql, jobId: string, fault: JobFault): Promise<void> {
  await sql.query(END_JOB, [jobId, "failed", Date.now(), storableJson(fault), null, null]);
}

async function train(parts: TrainingParts, job: JobRow, attempt: Attempt): Promise<void> {
  const { sql, stores, place } = parts;
  const { folder, recorder, signal } = attempt;
  const input = await composeJobInput(sql, job);
  const onPicture = (done: number, of: number) => recorder.stage("fetching pictures", done, of);
  const assignment = {
    kind: "training",
    jobId: job.job_id,
    task: { kind: "training", input },
    reads: {
      pictures: input.pictures.map(({ nodeId, picture }) => snapshotKey(nodeId, picture)),
      models: [baseKey(input.baseDigest)],
    },
    fill: () => fillJobFolder({ folder, input, stores, signal, onPicture }),
    outputs: [JOB_FILES.model, JOB_FILES.result],
  } as const;
  await place.work(assignment, attempt);
  const result = await readResult(folder);
  await recorder.close();
  await hand(parts, job, folder, result);
}

async function hand(
  { sql, registerCandidate, logger }: TrainingParts,
  job: JobRow,
  folder: string,
  result: JobResult,
): Promise<void> {
  const bytes = await readFile(join(folder, JOB_FILES.model));
  if (digestOf(bytes) !== result.digest) {
    throw cloudError("TRAINING_FAILED", "the trained model's file is not the one it reported");
  }
  await registerCandidate({
    digest: result.digest,
    bytes,
    jobId: job.job_id,
    datasetId: job.dataset_id,
    baseDigest: job.base_digest,
  });
  const curve = JSON.stringify(result.curve);
  await sql.query(END_JOB, [job.job_id, "done", Date.now(), null, result.digest, curve]);
  logger.info({ jobId: job.job_id, model: result.digest }, "trained");
}

async function readResult(folder: string): Promise<JobResult> {
  try {
    const text = await readFile(join(folder, JOB_FILES.result), "utf8");
    return jobResultSchema.parse(JSON.parse(text));
  } catch (error) {
    throw cloudError("TRAINING_FAILED", "the process of the job left no result", error);
  }
}
