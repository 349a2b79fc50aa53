import { runAsChild } from "../training/jobs/run-as-child.ts";
import { workOnEvaluation } from "./jobs/work-on-evaluation.ts";

await runAsChild(workOnEvaluation);
