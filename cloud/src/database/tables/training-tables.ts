import type { Generated } from "kysely";

/** What started a job: enough new annotations, or a person. */
export type JobCause = "threshold" | "person";
/** Where a job is; the last three are final. */
export type JobState = "queued" | "running" | "done" | "failed" | "cancelled";

/** How far the present stage has come. */
export interface JobProgress {
  stage: string;
  done: number;
  of: number;
}

/** What one pass over the training pictures came to. */
export interface CurvePoint {
  epoch: number;
  trainLoss: number;
  validationLoss: number;
  validationAp50: number;
  seconds: number;
}

/** Why a job failed; `lines` are the last ones that its process wrote. */
export interface JobFault {
  code: string;
  message: string;
  lines: string[];
}

/** Training jobs and what people set of the learning loop (migration 009). Times are ms. */
export interface TrainingTables {
  training_jobs: {
    job_id: string;
    dataset_id: string;
    base_digest: string;
    engine: "head" | "tfjs";
    settings: Record<string, unknown>;
    seed: number;
    cause: JobCause;
    state: JobState;
    progress: JobProgress | null;
    curve: Generated<CurvePoint[]>;
    fault: JobFault | null;
    model_digest: string | null;
    attempts: Generated<number>;
    queued_at: number;
    queued_by: string;
    started_at: number | null;
    ended_at: number | null;
    ended_by: string | null;
  };
  loop_settings: {
    name: string;
    value: unknown;
    changed_at: number;
    changed_by: string;
  };
}
