import type { TrainingEngine } from "./engine.ts";
import { runAsChild } from "./jobs/run-as-child.ts";
import { workOnJob } from "./jobs/work-on-job.ts";

/** Engines are loaded when they are asked for: each brings a runtime of its own. */
async function engineNamed(name: TrainingEngine["name"]): Promise<TrainingEngine> {
  if (name === "tfjs") return (await import("./tfjs/tfjs-engine.ts")).tfjsEngine;
  return (await import("./head/head-engine.ts")).headEngine;
}

await runAsChild((job) => workOnJob(job, engineNamed));
