import type { IncomingMessage } from "node:http";
import { json } from "node:stream/consumers";
import { type AccessRule, isAllowed } from "./access-rules.ts";
import { ApiRefusal, type JobNamespace } from "./job-namespace.ts";
import type { RunningJob } from "./running-job.ts";

/** An answer of the API server. */
export interface ApiAnswer {
  status: number;
  body: object | string;
}

/** What the bearer may, and what of it was used. */
export interface AccessPolicy {
  rules: readonly AccessRule[];
  used: Set<string>;
}

const PATH =
  /^\/(?:apis\/(batch)\/v1|api\/v1)\/namespaces\/([a-z0-9-]+)\/(jobs|pods|events)(?:\/([a-z0-9-]+))?(?:\/(log))?$/;

/**
 * Answers what somebody with these rules asks.
 * @throws ApiRefusal 403, 404, 405, 409 or 422.
 */
export async function answerRequest(
  namespace: JobNamespace,
  { rules, used }: AccessPolicy,
  request: IncomingMessage,
): Promise<ApiAnswer> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "https://api");
  const [, apiGroup = "", asked = "", resource = "", name, part] = PATH.exec(pathname) ?? [];
  const verb = verbOf(request.method, name);
  const whole = part === undefined ? resource : `${resource}/${part}`;
  if (asked !== namespace.name || !isAllowed(rules, { apiGroup, resource: whole, verb })) {
    const message = `User "system:serviceaccount:sentinel:training-controller" cannot ${verb} resource "${whole}" in API group "${apiGroup}" in the namespace "${asked}"`;
    throw new ApiRefusal(403, "Forbidden", `${whole} is forbidden: ${message}`);
  }
  used.add(`${verb} ${apiGroup}/${whole}`);
  if (resource === "jobs") return answerJobs(namespace, verb, name, request, searchParams);
  if (resource === "pods" && verb === "list") return answerPods(namespace, searchParams);
  if (whole === "pods/log") return answerLog(namespace, name, searchParams);
  if (resource === "events" && verb === "list") return answerEvents(namespace, searchParams);
  throw new ApiRefusal(405, "MethodNotAllowed", `${verb} ${whole} is not served here`);
}

function verbOf(method: string | undefined, name: string | undefined): string {
  if (method === "POST") return "create";
  if (method === "DELETE") return "delete";
  return name === undefined ? "list" : "get";
}

async function answerJobs(
  namespace: JobNamespace,
  verb: string,
  name: string | undefined,
  request: IncomingMessage,
  query: URLSearchParams,
): Promise<ApiAnswer> {
  if (verb === "create") {
    return { status: 201, body: namespace.create(await json(request)).toJob() };
  }
  if (verb === "list") {
    const wanted = pairs(query.get("labelSelector"));
    const items = namespace.jobs
      .filter(({ spec }) => wanted.every(([key, value]) => spec.metadata.labels[key] === value))
      .map((job) => job.toJob());
    return { status: 200, body: { kind: "JobList", apiVersion: "batch/v1", items } };
  }
  const job = verb === "delete" ? namespace.delete(name ?? "") : namespace.job(name ?? "");
  return { status: 200, body: job.toJob() };
}

function answerPods(namespace: JobNamespace, query: URLSearchParams): ApiAnswer {
  const [[, jobName = ""] = []] = pairs(query.get("labelSelector"));
  const job = namespace.jobs.find((one) => one.name === jobName);
  return { status: 200, body: { kind: "PodList", apiVersion: "v1", items: job?.toPods() ?? [] } };
}

function answerLog(
  namespace: JobNamespace,
  name: string | undefined,
  query: URLSearchParams,
): ApiAnswer {
  const job = namespace.jobs.find((one) => name?.startsWith(`${one.name}-`));
  if (job === undefined) throw new ApiRefusal(404, "NotFound", `pods "${name}" not found`);
  if (job.log === null) {
    throw new ApiRefusal(400, "BadRequest", "container is waiting to start: trying to pull image");
  }
  const lines = job.log.split(/(?<=\n)/).slice(-Number(query.get("tailLines") ?? 10_000));
  const bytes = Number(query.get("limitBytes") ?? 10_000_000);
  return { status: 200, body: Buffer.from(lines.join("")).subarray(0, bytes).toString() };
}

function answerEvents(namespace: JobNamespace, query: URLSearchParams): ApiAnswer {
  const wanted = new Map(pairs(query.get("fieldSelector")));
  const name = wanted.get("involvedObject.name");
  const items = namespace.jobs
    .filter((job: RunningJob) => job.name === name)
    .flatMap((job) => job.toEvents());
  return { status: 200, body: { kind: "EventList", apiVersion: "v1", items } };
}

function pairs(selector: string | null): [string, string][] {
  if (selector === null || selector === "") return [];
  return selector.split(",").map((term) => {
    const at = term.indexOf("=");
    return [term.slice(0, at), term.slice(at + 1)];
  });
}
