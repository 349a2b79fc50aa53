import { formatSpan } from "../../format/age.ts";
import type { StatusTone } from "../../ui/status-mark.tsx";
import type { TrainingJob } from "./use-training.ts";

const STATES: Record<TrainingJob["state"], { tone: StatusTone; words: string }> = {
  queued: { tone: "unknown", words: "Waiting" },
  running: { tone: "connecting", words: "Running" },
  done: { tone: "live", words: "Done" },
  failed: { tone: "down", words: "Failed" },
  cancelled: { tone: "unknown", words: "Cancelled" },
};

/** A job's state as mark and word. */
export function stateOf(job: Pick<TrainingJob, "state">): { tone: StatusTone; words: string } {
  return STATES[job.state];
}

/** Whether anything can still come of it. */
export function isPending(job: Pick<TrainingJob, "state">): boolean {
  return job.state === "queued" || job.state === "running";
}

/** What a running job does now: `Fetching pictures, 40 of 120`. */
export function stageWords({ state, progress }: Pick<TrainingJob, "state" | "progress">): string {
  if (state === "queued") return "Waits for a trainer";
  if (progress === null) return "Begins";
  const { stage, done, of } = progress;
  const name = `${stage.charAt(0).toUpperCase()}${stage.slice(1)}`;
  return of > 0 ? `${name}, ${done} of ${of}` : name;
}

/** How long it took, or takes so far; null while it waits. */
export function spanOf(job: TrainingJob, now: number): string | null {
  if (job.startedAt === null) return null;
  return formatSpan((job.endedAt ?? now) - job.startedAt);
}

/** Who or what started it. */
export function causeWords(job: Pick<TrainingJob, "cause" | "queuedBy">): string {
  return job.cause === "threshold" ? "enough new annotations" : job.queuedBy;
}

/** The best validation AP50 of the curve; null where there is none yet. */
export function bestAp50({ curve }: Pick<TrainingJob, "curve">): number | null {
  return curve.length === 0 ? null : Math.max(...curve.map((point) => point.validationAp50));
}
