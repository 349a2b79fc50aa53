import { fileURLToPath } from "node:url";
import type { JobPrograms } from "./process-place.ts";

const fileOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Our programs that work on a job's folder. */
export const JOB_PROGRAMS: JobPrograms = {
  training: fileOf("../train-main.ts"),
  evaluation: fileOf("../../evaluation/evaluate-main.ts"),
};
