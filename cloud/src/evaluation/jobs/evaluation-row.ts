import type { Statement } from "../../database/postgres.ts";
import type { JobFault, JobProgress } from "../../database/tables/training-tables.ts";
import type { MeasuredOn } from "../measured-on.ts";

/** An evaluation as the database holds it, without its figures. Times are ms. */
export interface EvaluationRow {
  evaluationId: string;
  /** The model that is judged. */
  digest: string;
  /** The model that it is compared with. */
  against: string;
  state: "queued" | "running" | "done" | "failed" | "cancelled";
  wantedGolden: string | null;
  /** Null until its pictures were chosen. */
  measuredOn: MeasuredOn | null;
  progress: JobProgress | null;
  fault: JobFault | null;
  attempts: number;
  queuedAt: number;
  queuedBy: string;
  startedAt: number | null;
  endedAt: number | null;
  /** Who cancelled it; null where nobody did. */
  endedBy: string | null;
}

/** What a query of evaluations `e` selects to make an {@link EvaluationRow}. */
export const EVALUATION_COLUMNS = `e.evaluation_id as "evaluationId", e.digest, e.against, e.state,
  e.wanted_golden as "wantedGolden", e.measured_on as "measuredOn", e.progress, e.fault, e.attempts,
  e.queued_at as "queuedAt", e.queued_by as "queuedBy", e.started_at as "startedAt",
  e.ended_at as "endedAt", e.ended_by as "endedBy"`;

/** Takes up an evaluation that is not over. */
export const CLAIM_EVALUATION: Statement = {
  name: "claim-evaluation",
  text: `with claimed as (
      update evaluations set state = 'running', started_at = coalesce(started_at, $2),
        attempts = attempts + 1
      where evaluation_id = $1 and state in ('queued', 'running') returning *)
    select ${EVALUATION_COLUMNS}, pg_notify('sentinel_changes', 'models') from claimed e`,
};

/** How far a running evaluation has come. */
export const WRITE_EVALUATION_PROGRESS: Statement = {
  name: "write-evaluation-progress",
  text: `with written as (
      update evaluations set progress = $2 where evaluation_id = $1 and state = 'running'
      returning evaluation_id)
    select evaluation_id, pg_notify('sentinel_changes', 'models') from written`,
};

/** What a running evaluation is done on. */
export const WRITE_MEASURED_ON: Statement = {
  name: "write-measured-on",
  text: `update evaluations set measured_on = $2, golden_id = $3, dataset_id = $4
    where evaluation_id = $1 and state = 'running'`,
};

/** The end of an evaluation from which nothing came. */
export const FAIL_EVALUATION: Statement = {
  name: "fail-evaluation",
  text: `with failed as (
      update evaluations set state = 'failed', ended_at = $2, fault = $3, progress = null
      where evaluation_id = $1 and state in ('queued', 'running') returning evaluation_id)
    select evaluation_id, pg_notify('sentinel_changes', 'models') from failed`,
};

/** Whether an evaluation is still to be worked on. */
export const READ_EVALUATION_STATE: Statement = {
  name: "read-evaluation-state",
  text: "select state from evaluations where evaluation_id = $1",
};

/** Evaluations that are not over, the oldest first. */
export const PENDING_EVALUATIONS: Statement = {
  name: "pending-evaluations",
  text: `select evaluation_id as id from evaluations where state in ('queued', 'running')
    order by queued_at, evaluation_id limit 1000`,
};

/** Tells trainers and pages that an evaluation ($1) was queued or cancelled. */
export const TELL_EVALUATION: Statement = {
  name: "tell-evaluation-queued-or-cancelled",
  text: "select pg_notify('sentinel_training', $1), pg_notify('sentinel_changes', 'models')",
};
