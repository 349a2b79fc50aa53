import { expect, test } from "vitest";
import { outlookOf } from "./job-outlook.ts";
import {
  type ClusterPod,
  eventListSchema,
  jobSchema,
  podListSchema,
} from "./kubernetes-objects.ts";

const job = (...conditions: object[]) =>
  jobSchema.parse({ metadata: { name: "training-1" }, status: { conditions } });
const pod = (status: object): ClusterPod =>
  podListSchema.parse({ items: [{ metadata: { name: "training-1-x" }, status }] })
    .items[0] as ClusterPod;
const ended = (terminated: object, more: object = {}) =>
  pod({ phase: "Failed", containerStatuses: [{ state: { terminated } }], ...more });
const waiting = (reason: string, message = "") =>
  pod({ phase: "Pending", containerStatuses: [{ state: { waiting: { reason, message } } }] });

const COMPLETE = { type: "Complete", status: "True" };
const FAILED = { type: "Failed", status: "True", reason: "BackoffLimitExceeded", message: "limit" };

test("a new Job, as Kubernetes answers it first, has no conditions and waits", () => {
  const fresh = jobSchema.parse({ metadata: { name: "training-1" }, status: {} });
  expect(outlookOf(fresh, undefined, [])).toEqual({ phase: "pending", code: null, message: "" });
  const bare = jobSchema.parse({ metadata: { name: "training-1" } });
  expect(outlookOf(bare, undefined, []).phase).toBe("pending");
});

test("only what is true counts: newer clusters announce an end before it is there", () => {
  const announced = { type: "SuccessCriteriaMet", status: "True" };
  const target = { type: "FailureTarget", status: "True", reason: "BackoffLimitExceeded" };
  for (const condition of [announced, target, { type: "Failed", status: "False" }]) {
    expect(outlookOf(job(condition), pod({ phase: "Running" }), []).phase).toBe("running");
  }
  expect(outlookOf(job(announced, COMPLETE), undefined, []).phase).toBe("done");
});

test.each([
  ["out of memory", ended({ exitCode: 137, reason: "OOMKilled" }), "more memory than its limit"],
  ["a signal", ended({ exitCode: 137, reason: "Error" }), "SIGKILL"],
  ["a polite signal", ended({ exitCode: 143, reason: "Error" }), "SIGTERM"],
  [
    "an eviction",
    ended({ exitCode: 137, reason: "Error" }, { reason: "Evicted", message: "low on memory" }),
    "Evicted: low on memory",
  ],
  [
    "a node that is drained",
    ended(
      { exitCode: 1, reason: "Error" },
      {
        conditions: [{ type: "DisruptionTarget", status: "True", reason: "EvictionByEvictionAPI" }],
      },
    ),
    "EvictionByEvictionAPI",
  ],
  ["a node that fell silent", pod({ phase: "Failed" }), "its node"],
  ["a pod that somebody deleted", undefined, "deleted its pod"],
])("%s kills: the checkpoint stands", (_what, last, by) => {
  expect(outlookOf(job(FAILED), last, [])).toEqual({
    phase: "killed",
    by: expect.stringContaining(by),
  });
});

test("a process that ended by itself has failed, with the end of its log", () => {
  const last = ended({ exitCode: 1, reason: "Error", message: "the end of the log" });
  expect(outlookOf(job(FAILED), last, [])).toEqual({
    phase: "failed",
    podName: "training-1-x",
    lastWords: "the end of the log",
  });
});

test("a deadline is told apart from other failures", () => {
  const late = { ...FAILED, reason: "DeadlineExceeded", message: "too long" };
  expect(outlookOf(job(late), undefined, [])).toEqual({ phase: "timed out", message: "too long" });
});

test.each([
  ["JOB_IMAGE_UNUSABLE", waiting("ImagePullBackOff", "not found")],
  ["JOB_IMAGE_UNUSABLE", waiting("InvalidImageName")],
  ["JOB_REFUSED", waiting("CreateContainerConfigError", "runs as root")],
  [
    "JOB_UNSCHEDULABLE",
    pod({
      phase: "Pending",
      conditions: [
        { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "cpu" },
      ],
    }),
  ],
  [null, waiting("ContainerCreating")],
  [null, pod({ phase: "Pending" })],
])("%s is in the way of a pod that has not begun", (code, last) => {
  expect(outlookOf(job(), last, [])).toMatchObject({ phase: "pending", code });
});

test.each([
  ["JOB_QUOTA_EXCEEDED", 'pods "x" is forbidden: exceeded quota: training-jobs'],
  ["JOB_REFUSED", 'pods "x" is forbidden: maximum memory usage per Container is 16Gi'],
])("%s is read from the events of a Job without a pod", (code, message) => {
  const { items } = eventListSchema.parse({
    items: [{ reason: "FailedCreate", message }, { reason: "Other" }],
  });
  expect(outlookOf(job(), undefined, items)).toEqual({ phase: "pending", code, message });
});
