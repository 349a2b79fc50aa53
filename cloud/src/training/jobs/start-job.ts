import { v7 as uuid } from "uuid";
import type { Sql, Statement } from "../../database/postgres.ts";
import { storableJson } from "../../database/storable-json.ts";
import type { JobCause } from "../../database/tables/training-tables.ts";
import { audit } from "../../people/audit.ts";
import { TELL_TRAINING } from "./job-row.ts";

/** What to train, and from what. */
export interface JobWish {
  datasetId: string;
  baseDigest: string;
  engine: "head" | "tfjs";
  settings: Record<string, unknown>;
  seed: number;
}

const INSERT: Statement = {
  name: "insert-training-job",
  text: `insert into training_jobs
      (job_id, dataset_id, base_digest, engine, settings, seed, cause, state, queued_at, queued_by)
    values ($1, $2, $3, $4, $5, $6, $7, 'queued', $8, $9)`,
};
const CALL_TRAINER: Statement = {
  name: "call-trainer",
  text: "select pg_notify('sentinel_training', $1)",
};
const CANCEL: Statement = {
  name: "cancel-training-job",
  text: `update training_jobs set state = 'cancelled', ended_at = $2, ended_by = $3, progress = null
    where job_id = $1 and state in ('queued', 'running') returning dataset_id`,
};
const READ_STATE: Statement = {
  name: "read-cancelled-training-job",
  text: "select state from training_jobs where job_id = $1",
};

/** Queues a job in the caller's transaction; a trainer takes it up. @returns its id. */
export async function queueJob(
  sql: Sql,
  wish: JobWish,
  cause: JobCause,
  actor: { id: string; name: string },
): Promise<string> {
  const jobId = uuid();
  const { datasetId, baseDigest, engine, settings, seed } = wish;
  const values = [jobId, datasetId, baseDigest, engine, storableJson(settings), seed, cause];
  await sql.query(INSERT, [...values, Date.now(), actor.name]);
  const after = { ...wish, cause };
  await audit(sql, { actor, action: "training.start", subject: jobId, before: null, after });
  await sql.query(CALL_TRAINER, [jobId]);
  await sql.query(TELL_TRAINING, []);
  return jobId;
}

/**
 * Cancels a job at once; the trainer that works on it hears so and ends its process.
 * @returns the state of a job that was over already, null where it was not, undefined without such a job.
 */
export async function cancelJob(
  sql: Sql,
  jobId: string,
  actor: { id: string; name: string },
): Promise<string | null | undefined> {
  const [known] = await sql.query<{ state: string }>(READ_STATE, [jobId]);
  if (known === undefined) return undefined;
  const [cancelled] = await sql.query(CANCEL, [jobId, Date.now(), actor.name]);
  if (cancelled === undefined) return known.state;
  const subject = jobId;
  const before = { state: known.state };
  const after = { state: "cancelled" };
  await audit(sql, { actor, action: "training.cancel", subject, before, after });
  await sql.query(CALL_TRAINER, [jobId]);
  await sql.query(TELL_TRAINING, []);
  return null;
}
