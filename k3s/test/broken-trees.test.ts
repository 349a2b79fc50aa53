import { afterEach, beforeEach, expect, test } from "vitest";
import { findingText } from "../check/finding.ts";
import { CopiedTree } from "./copied-tree.ts";

let tree: CopiedTree;
beforeEach(() => {
  tree = new CopiedTree();
});
afterEach(() => tree.remove());

test("an overlay with a typo", async () => {
  tree.edit("overlays/dev/kustomization.yaml", "components:", "componets:");
  const [finding, ...others] = await tree.check("overlays/dev");
  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    rule: "renders",
    file: "k3s/overlays/dev/kustomization.yaml",
    path: "componets",
  });
  expect(finding?.problem).toContain('unknown field "componets"');
  expect(finding?.fix).toContain("components");
});

test("an overlay that names a folder that is not there", async () => {
  tree.edit("overlays/ci/cloud/kustomization.yaml", "components/tls", "components/tsl");
  const [finding] = await tree.check("overlays/ci/cloud");
  expect(finding).toMatchObject({ rule: "renders" });
  expect(finding?.file).toMatch(/^k3s\/(overlays\/ci\/cloud|components\/tsl)\//);
  expect(finding?.problem).toContain("tsl");
  expect(finding?.fix).toContain("a file or folder that is there");
});

test("a typo in a manifest: the field is named, and the right one", async () => {
  tree.edit(
    "base/ingest/deployment.yaml",
    "terminationGracePeriodSeconds:",
    "terminationGracePeriod:",
  );
  const findings = await tree.check("overlays/ci/cloud");
  expect(findings).toContainEqual({
    target: "overlays/ci/cloud",
    rule: "schema",
    file: "k3s/base/ingest/deployment.yaml",
    object: "Deployment/ingest",
    path: "spec.template.spec.terminationGracePeriod",
    problem: "there is no field terminationGracePeriod here",
    fix: "terminationGracePeriodSeconds",
  });
});

test("a value that its kind does not take", async () => {
  tree.edit("base/postgres/stateful-set.yaml", "memory: 512Mi", "memory: 512MB");
  const findings = await tree.check("overlays/ci/cloud");
  expect(findings).toContainEqual(
    expect.objectContaining({
      rule: "schema",
      file: "k3s/base/postgres/stateful-set.yaml",
      path: "spec.template.spec.containers[0].resources.requests.memory",
      fix: expect.stringContaining("512Mi"),
    }),
  );
});

test("a missing Secret", async () => {
  tree.edit(
    "components/test-secrets-cloud/kustomization.yaml",
    "- name: broker-cloud",
    "- name: broker-clouds",
  );
  const findings = await tree.check("overlays/ci/cloud");
  expect(findings.filter(({ rule }) => rule !== "contents-exist")).toEqual([]);
  expect(findings).toContainEqual({
    target: "overlays/ci/cloud",
    rule: "contents-exist",
    file: "k3s/base/ingest/deployment.yaml",
    object: "Deployment/ingest",
    path: expect.stringMatching(
      /^spec\.template\.spec\.containers\[0\]\.env\[\d+\]\.valueFrom\.secretKeyRef$/,
    ),
    problem: "nobody makes Secret/broker-cloud in namespace sentinel",
    fix: expect.stringContaining("Secret/broker-clouds"),
  });
});

test("a Secret without a key that somebody wants", async () => {
  tree.edit(
    "components/sealed-secrets-cloud/sealed-secret.yaml",
    "    auth-secret:",
    "    auth-secrets:",
  );
  const findings = await tree.check("overlays/production/cloud");
  expect(findings.map(({ rule, object }) => `${rule} ${object}`).sort()).toEqual([
    "key-exists Deployment/api-gateway",
    "key-exists Deployment/camera-service",
  ]);
  expect(findings[0]?.fix).toContain("auth-secrets, service-token, setup-token");
});

test("a port that nobody listens on", async () => {
  tree.edit("base/api-gateway/service.yaml", "targetPort: http", "targetPort: 8081");
  expect(await tree.check("overlays/ci/cloud")).toEqual([
    {
      target: "overlays/ci/cloud",
      rule: "service-port-listened",
      file: "k3s/base/api-gateway/service.yaml",
      object: "Service/api-gateway",
      path: "spec.ports[0].targetPort",
      problem: "Deployment/api-gateway does not listen on 8081/TCP",
      fix: "one of its ports: http (8080/TCP)",
    },
  ]);
});

test("a network policy that cuts a needed flow, on the one side or the other", async () => {
  tree.edit(
    "base/postgres/network-policy.yaml",
    "app.kubernetes.io/name: ingest",
    "app.kubernetes.io/name: digest",
  );
  const findings = await tree.check("overlays/ci/cloud");
  const cut = findings.find(({ rule }) => rule === "flow-allowed");
  expect(cut).toMatchObject({
    file: "k3s/base/postgres/network-policy.yaml",
    object: "NetworkPolicy/postgres",
    path: "spec.ingress",
    fix: 'ingress: - from: podSelector "ingest"; ports: 5432/TCP',
  });
  expect(cut?.problem).toContain("sentinel/ingest → sentinel/postgres 5432/TCP");
  // What the program is told says the same.
  expect(findings.map(({ rule }) => rule).sort()).toEqual([
    "flow-allowed",
    "named-service-reachable",
  ]);

  tree.edit(
    "base/postgres/network-policy.yaml",
    "app.kubernetes.io/name: digest",
    "app.kubernetes.io/name: ingest",
  );
  tree.edit("base/ingest/network-policy.yaml", "port: 9092", "port: 9093");
  const others = await tree.check("overlays/ci/cloud");
  expect(others.map(({ rule, object }) => `${rule} ${object}`).sort()).toEqual([
    "flow-allowed NetworkPolicy/ingest",
    "flow-declared NetworkPolicy/ingest",
    "named-service-reachable Deployment/ingest",
  ]);
});

test("a network policy that allows more than is declared", async () => {
  tree.edit(
    "base/redpanda/network-policy.yaml",
    "app.kubernetes.io/name: ingest",
    "app.kubernetes.io/part-of: sentinel",
  );
  const findings = await tree.check("overlays/ci/cloud");
  expect(new Set(findings.map(({ rule }) => rule))).toEqual(new Set(["flow-declared"]));
  expect(findings.map(({ problem }) => problem)).toContainEqual(
    expect.stringContaining("sentinel/web-dashboard → sentinel/redpanda 9092/TCP"),
  );
});

test("name resolution that is forgotten", async () => {
  tree.edit("base/mediamtx/network-policy.yaml", "k8s-app: kube-dns", "k8s-app: coredns");
  const findings = await tree.check("overlays/ci/cloud");
  expect(findings.map(({ rule, problem }) => `${rule} ${problem}`)).toEqual([
    expect.stringMatching(/^flow-allowed .*sentinel\/mediamtx → dns 53\/TCP, 53\/UDP/),
  ]);
});

test("a container as root", async () => {
  tree.edit("base/web-dashboard/deployment.yaml", "runAsUser: 101", "runAsUser: 0");
  const findings = await tree.check("overlays/production/cloud");
  expect(findings).toEqual([
    expect.objectContaining({
      rule: "run-as-user",
      file: "k3s/base/web-dashboard/deployment.yaml",
      object: "Deployment/web-dashboard",
      path: "spec.template.spec.containers[0].securityContext.runAsUser",
      problem: "the container runs as root",
    }),
    expect.objectContaining({ rule: "image-user-equal", object: "Deployment/web-dashboard" }),
  ]);
});

test("latest", async () => {
  tree.edit("base/web-dashboard/deployment.yaml", "dashboard:0.1.0", "dashboard:latest");
  const findings = await tree.check("overlays/ci/cloud");
  expect(findings).toEqual([
    expect.objectContaining({
      rule: "image-version-exact",
      file: "k3s/base/web-dashboard/deployment.yaml",
      path: "spec.template.spec.containers[0].image",
      fix: expect.stringContaining("VERSION"),
    }),
  ]);
});

test("settings that our programs do not know, or do not take", async () => {
  tree.edit(
    "base/cloud-settings/files/cloud.env",
    "SENTINEL_LOG_LEVEL=info",
    "SENTINEL_LOG_LEVEL=loud\nSENTINEL_COLOUR=blue",
  );
  tree.edit("base/inference/files/agent.yaml", "fps: 3", "fps: 300");
  const cloud = await tree.check("overlays/ci/cloud", true);
  const ofIngest = cloud.filter(({ object }) => object === "Deployment/ingest");
  expect(ofIngest).toEqual([
    expect.objectContaining({
      rule: "setting-known",
      path: "spec.template.spec.containers[0] env SENTINEL_COLOUR",
    }),
    expect.objectContaining({
      rule: "setting-accepted",
      path: "spec.template.spec.containers[0] env SENTINEL_LOG_LEVEL",
      problem: expect.stringContaining('"loud"'),
      fix: expect.stringContaining("debug"),
    }),
  ]);
  const site = await tree.check("overlays/ci/site", true);
  expect(site).toEqual([
    expect.objectContaining({
      rule: "setting-accepted",
      object: "StatefulSet/inference",
      problem: expect.stringContaining("/etc/sentinel/agent.yaml:"),
      fix: expect.stringContaining("frames per second"),
    }),
  ]);
});

test("a program that the image would not hold", async () => {
  tree.edit("base/migration/job.yaml", "cloud/src/main.ts", "cloud/src/migrate-main.ts");
  const findings = await tree.check("overlays/ci/cloud", true);
  expect(findings.map(({ rule, object }) => `${rule} ${object}`)).toEqual([
    "program-exists Job/migration",
  ]);
});

test("a container that does not fit the image's Dockerfile: program, user, port", async () => {
  tree.edit("base/inference/stateful-set.yaml", "[node, edge-agent/src", "[node, cloud/src");
  tree.edit("base/inference/stateful-set.yaml", "runAsUser: 10001", "runAsUser: 10002");
  tree.edit("base/inference/stateful-set.yaml", "containerPort: 8081", "containerPort: 8082");
  const findings = await tree.check("overlays/ci/site");
  const ofImage = findings.filter(({ rule }) => rule.startsWith("image-"));
  expect(ofImage).toEqual([
    expect.objectContaining({
      rule: "image-holds-program",
      file: "k3s/base/inference/stateful-set.yaml",
      path: "spec.template.spec.containers[0].command",
      problem: "edge-agent/Dockerfile copies no /app/cloud/src/main.ts",
    }),
    expect.objectContaining({
      rule: "image-user-equal",
      problem: "the container runs as 10002:10001, edge-agent/Dockerfile says USER 10001:10001",
    }),
    expect.objectContaining({
      rule: "image-port-exposed",
      path: "spec.template.spec.containers[0].ports[0].containerPort",
      problem: "edge-agent/Dockerfile exposes 8081, not 8082",
      fix: expect.stringContaining("EXPOSE 8082"),
    }),
  ]);
});

test("findings are told with file, place, what is wrong and what to write", async () => {
  tree.edit("base/api-gateway/service.yaml", "targetPort: http", "targetPort: 8081");
  const [finding] = await tree.check("overlays/ci/cloud");
  expect(finding && findingText(finding)).toBe(
    [
      "k3s/base/api-gateway/service.yaml: Service/api-gateway spec.ports[0].targetPort",
      "    Deployment/api-gateway does not listen on 8081/TCP [service-port-listened, overlays/ci/cloud]",
      "    write: one of its ports: http (8080/TCP)",
    ].join("\n"),
  );
});
