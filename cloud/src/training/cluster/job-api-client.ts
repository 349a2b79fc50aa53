import type { z } from "zod";
import { cloudError } from "../../errors.ts";
import {
  type ClusterEvent,
  type ClusterJob,
  type ClusterPod,
  eventListSchema,
  jobListSchema,
  jobSchema,
  podListSchema,
  statusSchema,
} from "./kubernetes-objects.ts";
import {
  askKubernetes,
  type KubernetesAccess,
  type KubernetesAnswer,
} from "./kubernetes-request.ts";

/** Of a pod's log: its end. */
const LOG_QUERY = "tailLines=60&limitBytes=65536";

/** What became of the wish for a Job. */
export type Creation = "created" | "exists" | { quota: string };

/**
 * The seven questions that the Role of the training controller allows: Jobs (create, get, list, delete), their
 * pods, events and logs, in one namespace. What comes back is checked.
 *
 * Each throws CodedError JOBS_API_UNREACHABLE or JOBS_API_REFUSED, where it says nothing else.
 */
export class JobApiClient {
  readonly #access: KubernetesAccess;
  readonly #batch: string;
  readonly #core: string;

  constructor(access: KubernetesAccess, namespace: string) {
    this.#access = access;
    this.#batch = `/apis/batch/v1/namespaces/${namespace}`;
    this.#core = `/api/v1/namespaces/${namespace}`;
  }

  /** @throws CodedError JOB_REFUSED where the cluster takes no such Job. */
  async create(manifest: object): Promise<Creation> {
    const path = `${this.#batch}/jobs?fieldValidation=Strict`;
    const answer = await askKubernetes(this.#access, "POST", path, manifest);
    if (answer.status === 201 || answer.status === 200 || answer.status === 202) return "created";
    const { message, reason } = refusalIn(answer);
    if (answer.status === 409 && reason === "AlreadyExists") return "exists";
    if (answer.status === 403 && message.includes("exceeded quota")) return { quota: message };
    if (answer.status === 400 || answer.status === 422) throw cloudError("JOB_REFUSED", message);
    throw refused(answer);
  }

  /** Null where there is none. */
  async find(name: string): Promise<ClusterJob | null> {
    const answer = await askKubernetes(this.#access, "GET", `${this.#batch}/jobs/${name}`);
    return answer.status === 404 ? null : parse(answer, jobSchema);
  }

  async list(labelSelector: string): Promise<ClusterJob[]> {
    const path = `${this.#batch}/jobs?${new URLSearchParams({ labelSelector })}`;
    return parse(await askKubernetes(this.#access, "GET", path), jobListSchema).items;
  }

  /** Deletes a Job where there is one; it is there until its pods have ended. */
  async remove(name: string): Promise<void> {
    const path = `${this.#batch}/jobs/${name}?propagationPolicy=Foreground`;
    const answer = await askKubernetes(this.#access, "DELETE", path);
    if (answer.status >= 300 && answer.status !== 404) throw refused(answer);
  }

  /** The pods of a Job, the newest first. */
  async pods(jobName: string): Promise<ClusterPod[]> {
    const labelSelector = `batch.kubernetes.io/job-name=${jobName}`;
    const path = `${this.#core}/pods?${new URLSearchParams({ labelSelector })}`;
    const { items } = parse(await askKubernetes(this.#access, "GET", path), podListSchema);
    const age = (pod: ClusterPod) => Date.parse(pod.metadata.creationTimestamp) || 0;
    return items.sort((one, other) => age(other) - age(one));
  }

  async events(jobName: string): Promise<ClusterEvent[]> {
    const fieldSelector = `involvedObject.kind=Job,involvedObject.name=${jobName}`;
    const path = `${this.#core}/events?${new URLSearchParams({ fieldSelector })}`;
    return parse(await askKubernetes(this.#access, "GET", path), eventListSchema).items;
  }

  /** The last lines that a pod wrote; null where there are none to be had. */
  async log(podName: string): Promise<string | null> {
    const path = `${this.#core}/pods/${podName}/log?${LOG_QUERY}`;
    const answer = await askKubernetes(this.#access, "GET", path);
    if (answer.status === 200) return answer.text;
    // Gone, or never begun.
    if (answer.status === 404 || answer.status === 400) return null;
    throw refused(answer);
  }
}

function parse<Schema extends z.ZodType>(
  answer: KubernetesAnswer,
  schema: Schema,
): z.output<Schema> {
  if (answer.status !== 200) throw refused(answer);
  const parsed = schema.safeParse(jsonIn(answer.text));
  if (parsed.success) return parsed.data;
  const message = `an answer that is none of Kubernetes: ${parsed.error.issues[0]?.message}`;
  throw cloudError("JOBS_API_UNREACHABLE", message);
}

function refused(answer: KubernetesAnswer): Error {
  const { message } = refusalIn(answer);
  return cloudError("JOBS_API_REFUSED", `${answer.status}: ${message}`);
}

function refusalIn({ text }: KubernetesAnswer): { message: string; reason: string } {
  const parsed = statusSchema.safeParse(jsonIn(text));
  return parsed.success ? parsed.data : { message: text.slice(0, 300), reason: "" };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
