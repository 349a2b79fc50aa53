import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { loadConfig } from "../../config.ts";
import { jobManifest } from "./job-manifest.ts";
import { POD_COMMAND } from "./place-of-jobs.ts";

const JOB_ID = "0197a3c0-0000-7000-8000-000000000001";
const K3S = new URL("../../../../k3s/base/", import.meta.url);

interface Limits {
  spec: { limits: { max: Record<string, string> }[] };
}
interface Quota {
  spec: { hard: Record<string, string> };
}

function documents(file: string): unknown[] {
  const text = readFileSync(new URL(file, K3S), "utf8");
  return parseAllDocuments(text).map((document) => document.toJS() as unknown);
}

/** A quantity of Kubernetes as a number. */
function amount(text: string): number {
  const [, number = "", unit = ""] = /^(\d+)(m|Mi|Gi)?$/.exec(text) ?? [];
  return Number(number) * ({ m: 0.001, Mi: 2 ** 20, Gi: 2 ** 30 }[unit] ?? 1);
}

/** What the controller's manifest says of Jobs. */
function jobVariables(): Record<string, string> {
  const [deployment] = documents("training-controller/deployment.yaml") as [
    { spec: { template: { spec: { containers: { env: { name: string; value?: string }[] }[] } } } },
  ];
  const { env = [] } = deployment.spec.template.spec.containers[0] ?? {};
  return Object.fromEntries(
    env.flatMap(({ name, value }) =>
      name.startsWith("SENTINEL_JOB") && value !== undefined ? [[name, value]] : [],
    ),
  );
}

const config = loadConfig({
  ...jobVariables(),
  DATABASE_URL: "postgres://postgres/sentinel",
  SENTINEL_BROKER: "mqtt://mqtt",
  SENTINEL_ROLES: "trainer",
  S3_ENDPOINT: "http://minio.sentinel:9000",
  S3_ACCESS_KEY: "key",
  S3_SECRET_KEY: "secret",
});
const manifest = jobManifest(
  {
    namespace: config.jobNamespace ?? "",
    image: config.jobImage ?? "",
    cpu: config.jobCpu,
    memory: config.jobMemory,
    scratch: config.jobScratch,
    deadlineSeconds: config.jobDeadlineSeconds,
    command: POD_COMMAND,
  },
  { kind: "evaluation", jobId: JOB_ID, orderUrl: "http://minio.sentinel:9000/order" },
);
const { spec } = manifest.spec.template;
const [container] = spec.containers;

test("a job's Job always has the same name, which leaves room for the names of its pods", () => {
  expect(manifest.metadata.name).toBe(`evaluation-${JOB_ID}`);
  expect(manifest.metadata.name.length).toBeLessThan(58);
});

test("what the manifests say that it takes fits the LimitRange and, four times, the quota of its namespace", () => {
  const [limits] = documents("training-jobs/limit-range.yaml") as [Limits];
  const [quota] = documents("training-jobs/resource-quota.yaml") as [Quota];
  const { max = {} } = limits.spec.limits[0] ?? {};
  const pods = Number(quota.spec.hard.pods);
  for (const [name, value] of Object.entries(container?.resources.limits ?? {})) {
    expect(amount(value)).toBeLessThanOrEqual(amount(max[name] ?? "0"));
    for (const part of ["requests", "limits"]) {
      const hard = quota.spec.hard[`${part}.${name}`] ?? "0";
      expect(pods * amount(value)).toBeLessThanOrEqual(amount(hard));
    }
  }
});

test("it runs as an account that is there, and its pods are those that the policies know", () => {
  const accounts = documents("training-jobs/service-account.yaml") as {
    metadata: { name: string };
  }[];
  expect(accounts.map(({ metadata }) => metadata.name)).toContain(spec.serviceAccountName);
  expect(manifest.spec.template.metadata.labels["app.kubernetes.io/name"]).toBe("training-job");
});

test("it is told its order and its folder, and no key of the cloud", () => {
  expect(container?.env.map(({ name }) => name)).toEqual([
    "SENTINEL_JOB_ORDER",
    "SENTINEL_JOB_FOLDER",
    "HOME",
    "TMPDIR",
  ]);
  const program = new URL(`../../../../${POD_COMMAND[1]}`, import.meta.url);
  expect(readFileSync(program, "utf8")).toContain("livePod");
});
