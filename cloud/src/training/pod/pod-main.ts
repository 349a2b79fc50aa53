import { JOB_PROGRAMS } from "../jobs/job-programs.ts";
import { livePod } from "./pod-life.ts";

await livePod(JOB_PROGRAMS);
