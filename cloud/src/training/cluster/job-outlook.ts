import type { cloudErrors } from "../../errors.ts";
import type { ClusterEvent, ClusterJob, ClusterPod } from "./kubernetes-objects.ts";

type Code = keyof typeof cloudErrors;

/** Where a Job in the cluster stands. */
export type JobOutlook =
  | { phase: "running" }
  | { phase: "done" }
  /** It has not begun; `code` where something stands in its way, which may go away. */
  | { phase: "pending"; code: Code | null; message: string }
  /** Its process ended by itself, with a fault. */
  | { phase: "failed"; podName: string; lastWords: string }
  /** It was ended from outside; the checkpoint stands. */
  | { phase: "killed"; by: string }
  | { phase: "timed out"; message: string };

/** Why a container does not begin: its image, or anything else. */
const IMAGE_FAULTS = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
  "ImageInspectError",
]);
const POD_FAULTS = new Set([
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
]);
/** Exit codes of a process that a signal ended: SIGKILL and SIGTERM. */
const SIGNALLED = new Map([
  [137, "SIGKILL"],
  [143, "SIGTERM"],
]);

/** True where a Job has ended, well or badly. */
export function isOver({ status }: ClusterJob): boolean {
  return status.conditions.some(
    ({ type, status: is }) => is === "True" && (type === "Complete" || type === "Failed"),
  );
}

/** Judges by what the API server tells of a Job, its newest pod and its events. */
export function outlookOf(
  job: ClusterJob,
  pod: ClusterPod | undefined,
  events: readonly ClusterEvent[],
): JobOutlook {
  const is = (type: string) =>
    job.status.conditions.find(
      (condition) => condition.type === type && condition.status === "True",
    );
  if (is("Complete") !== undefined) return { phase: "done" };
  const failed = is("Failed");
  if (failed?.reason === "DeadlineExceeded") {
    return { phase: "timed out", message: failed.message ?? failed.reason };
  }
  if (failed !== undefined) return endOf(pod);
  return pod === undefined ? withoutPod(events) : withPod(pod);
}

function endOf(pod: ClusterPod | undefined): JobOutlook {
  if (pod === undefined) return { phase: "killed", by: "somebody who deleted its pod" };
  const { reason, message, conditions, containerStatuses } = pod.status;
  const disrupted = conditions.find(
    ({ type, status }) => type === "DisruptionTarget" && status === "True",
  );
  if (reason !== undefined) return { phase: "killed", by: words(reason, message) };
  if (disrupted !== undefined) {
    return { phase: "killed", by: words(disrupted.reason ?? disrupted.type, disrupted.message) };
  }
  const ended = containerStatuses[0]?.state.terminated;
  if (ended === undefined) return { phase: "killed", by: "its node, which tells no end" };
  if (ended.reason === "OOMKilled") {
    return { phase: "killed", by: "the kernel: it took more memory than its limit (OOMKilled)" };
  }
  const signal = SIGNALLED.get(ended.exitCode);
  if (signal !== undefined) return { phase: "killed", by: signal };
  return { phase: "failed", podName: pod.metadata.name, lastWords: ended.message };
}

function withoutPod(events: readonly ClusterEvent[]): JobOutlook {
  const refusal = events.findLast(({ reason }) => reason === "FailedCreate");
  if (refusal === undefined) return { phase: "pending", code: null, message: "" };
  const { message } = refusal;
  const code = message.includes("exceeded quota") ? "JOB_QUOTA_EXCEEDED" : "JOB_REFUSED";
  return { phase: "pending", code, message };
}

function withPod(pod: ClusterPod): JobOutlook {
  const { phase, conditions, containerStatuses } = pod.status;
  if (phase !== "Pending") return { phase: "running" };
  const waiting = containerStatuses[0]?.state.waiting;
  if (waiting !== undefined && IMAGE_FAULTS.has(waiting.reason)) {
    return { phase: "pending", code: "JOB_IMAGE_UNUSABLE", message: textOf(waiting) };
  }
  if (waiting !== undefined && POD_FAULTS.has(waiting.reason)) {
    return { phase: "pending", code: "JOB_REFUSED", message: textOf(waiting) };
  }
  const scheduled = conditions.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status === "False") {
    const message = words(scheduled.reason ?? "Unschedulable", scheduled.message);
    return { phase: "pending", code: "JOB_UNSCHEDULABLE", message };
  }
  return { phase: "pending", code: null, message: "" };
}

function textOf({ reason, message }: { reason: string; message: string }): string {
  return words(reason, message);
}

function words(reason: string, message: string | undefined): string {
  return message === undefined || message === "" ? reason : `${reason}: ${message}`;
}
