import type { Selectable } from "kysely";
import type { Statement } from "../../database/postgres.ts";
import type { TrainingTables } from "../../database/tables/training-tables.ts";

/** A job as the database holds it. */
export type JobRow = Selectable<TrainingTables["training_jobs"]>;

/** Tells every page that shows training that something changed. */
export const TELL_TRAINING: Statement = {
  name: "tell-training",
  text: "select pg_notify('sentinel_changes', 'training')",
};

/** Takes up a job that is not over. */
export const CLAIM_JOB: Statement = {
  name: "claim-training-job",
  text: `with claimed as (
      update training_jobs set state = 'running', started_at = coalesce(started_at, $2),
        attempts = attempts + 1
      where job_id = $1 and state in ('queued', 'running') returning *)
    select claimed.*, pg_notify('sentinel_changes', 'training') from claimed`,
};

/** How far a running job has come. */
export const WRITE_PROGRESS: Statement = {
  name: "write-training-progress",
  text: `with written as (
      update training_jobs set progress = $2, curve = $3
      where job_id = $1 and state = 'running' returning job_id)
    select written.job_id, pg_notify('sentinel_changes', 'training') from written`,
};

/** The end of a running job; one that was cancelled meanwhile stays cancelled. */
export const END_JOB: Statement = {
  name: "end-training-job",
  text: `with ended as (
      update training_jobs set state = $2, ended_at = $3, fault = $4, model_digest = $5,
        curve = coalesce($6, curve), progress = null
      where job_id = $1 and state in ('queued', 'running') returning job_id)
    select ended.job_id, pg_notify('sentinel_changes', 'training') from ended`,
};

/** Whether a job is still to be worked on. */
export const READ_JOB_STATE: Statement = {
  name: "read-training-job-state",
  text: "select state from training_jobs where job_id = $1",
};

/** Jobs that are not over, the oldest first. */
export const PENDING_JOBS: Statement = {
  name: "pending-training-jobs",
  text: `select job_id as id from training_jobs where state in ('queued', 'running')
    order by queued_at, job_id limit 1000`,
};
