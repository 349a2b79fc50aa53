import type { cloudErrors } from "../../errors.ts";
import type { Attempt } from "./job-runner.ts";

/** Kinds of jobs, as names of queues, folders and Kubernetes Jobs. */
export type JobKindName = "training" | "evaluation";

/** What a process is told as that ended badly without a code of ours, or that was killed. */
export interface EndCodes {
  failed: keyof typeof cloudErrors;
  killed: keyof typeof cloudErrors;
}

/** By kind of job. */
export const END_CODES: Readonly<Record<JobKindName, EndCodes>> = {
  training: { failed: "TRAINING_FAILED", killed: "TRAINING_KILLED" },
  evaluation: { failed: "EVALUATION_FAILED", killed: "EVALUATION_FAILED" },
};

/** What is to be done of one job, wherever that is. */
export interface Assignment {
  kind: JobKindName;
  jobId: string;
  /** What a process elsewhere is told, as JSON: what `fill` fills the folder from. */
  task: object;
  /** Keys of the objects that `fill` reads. */
  reads: { pictures: readonly string[]; models: readonly string[] };
  /** Fills the attempt's folder. @throws CodedError. */
  fill: () => Promise<void>;
  /** Files that the work leaves in the folder, in the order in which they are written. */
  outputs: readonly string[];
}

/** Where the processes of jobs run. */
export interface JobPlace {
  /**
   * Does the work; afterwards its outputs lie in the attempt's folder.
   * @throws CodedError; the signal's reason where that was aborted.
   */
  work(assignment: Assignment, attempt: Attempt): Promise<void>;
  /** Removes what lies elsewhere of a job that is over. */
  forget(kind: JobKindName, jobId: string): Promise<void>;
  /**
   * Removes what lies elsewhere of jobs that are over, where nobody could when they ended. `pending`
   * tells the ids of those that are not; it is asked last.
   */
  sweep(kind: JobKindName, pending: () => Promise<ReadonlySet<string>>): Promise<void>;
}
