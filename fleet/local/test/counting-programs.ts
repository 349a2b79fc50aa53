import { JOB_PROGRAMS } from "../../../cloud/src/training/jobs/job-programs.ts";

/** Our programs, with an engine that learns nothing, slowly. */
export const COUNTING_PROGRAMS = {
  ...JOB_PROGRAMS,
  training: new URL("./counting-trainer.ts", import.meta.url).pathname,
};
