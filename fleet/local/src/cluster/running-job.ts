import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { JobSpec } from "./job-spec.ts";
import { PodProcess } from "./pod-process.ts";

/** Why a Job is over. */
type JobEnd =
  | { how: "complete" }
  | { how: "failed"; reason: "BackoffLimitExceeded" | "DeadlineExceeded"; message: string };

const isoNow = () => new Date().toISOString().replace(/\.\d+Z$/, "Z");

/** One Job and its one pod, and how the API shows them. */
export class RunningJob {
  readonly spec: JobSpec;
  readonly #uid = randomUUID();
  readonly #createdAt = isoNow();
  readonly #imageRoot: string;
  readonly #images: readonly string[];
  readonly #dir: string;
  #pod: PodProcess | null = null;
  #podWaits = false;
  #podReason: string | null = null;
  #end: JobEnd | null = null;
  #refusal: string | null = null;
  #deletedAt: string | null = null;
  #deadline: NodeJS.Timeout | undefined;

  constructor(options: {
    spec: JobSpec;
    imageRoot: string;
    images: readonly string[];
    dir: string;
  }) {
    this.spec = options.spec;
    this.#imageRoot = options.imageRoot;
    this.#images = options.images;
    this.#dir = options.dir;
  }

  get name(): string {
    return this.spec.metadata.name;
  }

  get isOver(): boolean {
    return this.#end !== null;
  }

  get isBeingDeleted(): boolean {
    return this.#deletedAt !== null;
  }

  /** True where its pod counts for a quota. */
  get hasLivePod(): boolean {
    return this.#pod !== null && this.#pod.end === null;
  }

  get log(): string | null {
    return this.#pod === null || this.#podWaits ? null : this.#pod.log;
  }

  /** The pod may not be made; the Job waits. */
  refusePod(message: string): void {
    this.#refusal = message;
  }

  /** Makes the pod; `onOver` once the Job is. */
  begin(onOver: () => void): void {
    const { template, activeDeadlineSeconds } = this.spec.spec;
    this.#refusal = null;
    const name = `${this.name}-${randomUUID().slice(0, 5)}`;
    const pod = new PodProcess({
      name,
      spec: template.spec,
      imageRoot: this.#imageRoot,
      dir: join(this.#dir, name),
    });
    this.#pod = pod;
    this.#deadline = setTimeout(() => void this.#timeOut(onOver), activeDeadlineSeconds * 1000);
    this.#podWaits = !this.#images.includes(template.spec.containers[0].image);
    if (this.#podWaits) return;
    void pod.run().then(({ exitCode }) => {
      const message = "Job has reached the specified backoff limit";
      const failed = { how: "failed", reason: "BackoffLimitExceeded", message } as const;
      this.#finish(exitCode === 0 ? { how: "complete" } : failed, onOver);
    });
  }

  /** What a node does with a pod that takes too much, or that has to make room. */
  kill(reason: "OOMKilled" | "Evicted"): void {
    if (reason === "Evicted") this.#podReason = reason;
    this.#pod?.kill(reason === "OOMKilled" ? reason : "Error");
  }

  /** Ends the pod; the Job is there until that is done. */
  async delete(): Promise<void> {
    this.#deletedAt ??= isoNow();
    clearTimeout(this.#deadline);
    await this.#pod?.stop();
  }

  toJob(): object {
    const { metadata, spec } = this.spec;
    return {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: {
        ...metadata,
        uid: this.#uid,
        creationTimestamp: this.#createdAt,
        ...(this.#deletedAt === null ? {} : { deletionTimestamp: this.#deletedAt }),
      },
      spec,
      status: {
        ...(this.#end === null && this.#pod !== null ? { active: 1 } : {}),
        ...this.#counts(),
      },
    };
  }

  toPods(): object[] {
    const pod = this.#pod;
    if (pod === null) return [];
    const { template } = this.spec.spec;
    const { labels } = template.metadata;
    const [container] = template.spec.containers;
    const jobLabels = { "batch.kubernetes.io/job-name": this.name, "job-name": this.name };
    return [
      {
        metadata: { name: pod.name, labels: { ...labels, ...jobLabels } },
        spec: template.spec,
        status: {
          phase: this.#phase(pod),
          ...(this.#podReason === null
            ? {}
            : { reason: this.#podReason, message: "The node was low on resource: memory." }),
          conditions: [{ type: "PodScheduled", status: "True" }],
          containerStatuses: [{ name: container.name, state: this.#containerState(pod) }],
        },
      },
    ];
  }

  toEvents(): object[] {
    if (this.#refusal === null) return [];
    return [
      {
        involvedObject: { kind: "Job", name: this.name },
        type: "Warning",
        reason: "FailedCreate",
        message: `Error creating: ${this.#refusal}`,
        lastTimestamp: isoNow(),
      },
    ];
  }

  #counts(): object {
    const at = { lastTransitionTime: isoNow() };
    const end = this.#end;
    if (end === null) return {};
    if (end.how === "complete") {
      return { succeeded: 1, conditions: [{ type: "Complete", status: "True", ...at }] };
    }
    const { reason, message } = end;
    return { failed: 1, conditions: [{ type: "Failed", status: "True", reason, message, ...at }] };
  }

  #phase(pod: PodProcess): string {
    if (this.#podWaits) return "Pending";
    if (pod.end === null) return "Running";
    return pod.end.exitCode === 0 ? "Succeeded" : "Failed";
  }

  #containerState(pod: PodProcess): object {
    const [{ image }] = this.spec.spec.template.spec.containers;
    if (this.#podWaits) {
      const message = `failed to pull and unpack image "${image}": not found`;
      return { waiting: { reason: "ErrImagePull", message } };
    }
    if (pod.end === null) return { running: { startedAt: this.#createdAt } };
    const failed = pod.end.exitCode !== 0;
    return { terminated: { ...pod.end, ...(failed ? { message: pod.log.slice(-2048) } : {}) } };
  }

  /** As Kubernetes does it: the pods of a Job that took too long are deleted. */
  async #timeOut(onOver: () => void): Promise<void> {
    const message = "Job was active longer than specified deadline";
    this.#finish({ how: "failed", reason: "DeadlineExceeded", message }, onOver);
    await this.#pod?.stop();
    this.#pod = null;
  }

  #finish(end: JobEnd, onOver: () => void): void {
    if (this.#end !== null) return;
    clearTimeout(this.#deadline);
    this.#end = end;
    onOver();
  }
}
