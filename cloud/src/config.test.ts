import { expect, test } from "vitest";
import { loadConfig } from "./config.ts";

const COMPLETE = {
  DATABASE_URL: "postgres://u:p@127.0.0.1:5432/d",
  SENTINEL_NODE_PASSWORDS_FILE: "/passwords",
  S3_ENDPOINT: "http://127.0.0.1:9000",
  S3_ACCESS_KEY: "key",
  S3_SECRET_KEY: "secret",
  SENTINEL_AUTH_SECRET: "0123456789abcdef0123456789abcdef",
};

test("what is left out has a default, and the result is frozen", () => {
  const config = loadConfig({ ...COMPLETE, SENTINEL_HTTP_PORT: "", HOME: "/root" });
  expect(config).toMatchObject({
    roles: ["api", "ingest"],
    httpPort: 8080,
    httpHost: "127.0.0.1",
    broker: "embedded",
    mqttPort: 1883,
    s3Region: "us-east-1",
  });
  expect(Object.isFrozen(config)).toBe(true);
});

test("all faults are told at once: variable, value, what is accepted; secrets are not shown", () => {
  const broken = {
    SENTINEL_ROLES: "api,brewer",
    SENTINEL_HTTP_PORT: "80x",
    DATABASE_URL: "mysql://u:hidden-password@h/d",
    SENTINEL_BROKER: "redis://x",
    SENTINEL_AUTH_SECRET: "hidden-but-short",
    SENTINEL_TRUSTED_PROXIES: "10.0.0.0/8, the proxy",
    S3_ENDPOINT: "127.0.0.1",
    S3_ACCESS_KEY: "key",
  };
  const attempt = () => loadConfig(broken);
  expect(attempt).toThrow(expect.objectContaining({ code: "CLOUD_CONFIG_INVALID" }) as Error);
  let message = "";
  try {
    attempt();
  } catch (error) {
    message = (error as Error).message;
  }
  for (const line of [
    /SENTINEL_ROLES "api,brewer"; accepted: /,
    /SENTINEL_HTTP_PORT "80x"; accepted: a port number/,
    /DATABASE_URL \(hidden\); accepted: postgres:/,
    /SENTINEL_BROKER "redis:\/\/x"; accepted: /,
    /SENTINEL_AUTH_SECRET \(hidden\); accepted: at least 32/,
    /SENTINEL_TRUSTED_PROXIES "10.0.0.0\/8, the proxy"; accepted: addresses/,
    /S3_ENDPOINT "127.0.0.1"; accepted: http:/,
    /S3_SECRET_KEY is missing; accepted: /,
  ]) {
    expect(message).toMatch(line);
  }
  expect(message).not.toMatch(/hidden-(password|but-short)/);
});

test("the names of the server are a list without ports", () => {
  const load = (SENTINEL_ALLOWED_HOSTS: string) =>
    loadConfig({ ...COMPLETE, SENTINEL_ALLOWED_HOSTS });
  expect(load("Watch.example, [::2]").allowedHosts).toEqual(["watch.example", "[::2]"]);
  expect(load("").allowedHosts).toBeUndefined();
  expect(() => load("a.example:80")).toThrow(/SENTINEL_ALLOWED_HOSTS .*; accepted: host names/);
});

test.each([
  ["the embedded broker without a password file", { SENTINEL_NODE_PASSWORDS_FILE: "" }],
  ["the embedded broker without the role ingest", { SENTINEL_ROLES: "api" }],
])("%s is refused", (_what, change) => {
  expect(() => loadConfig({ ...COMPLETE, ...change })).toThrow(/SENTINEL_/);
});

test("with a broker elsewhere neither is needed", () => {
  const config = loadConfig({
    ...COMPLETE,
    SENTINEL_NODE_PASSWORDS_FILE: "",
    SENTINEL_ROLES: "api",
    SENTINEL_BROKER: "mqtts://broker:8883",
  });
  expect(config.broker).toBe("mqtts://broker:8883");
});

test("SENTINEL_BROKER_URL alone is a broker elsewhere; with SENTINEL_BROKER it is a fault", () => {
  const url = { SENTINEL_BROKER_URL: "mqtt://broker:1883" };
  expect(loadConfig({ ...COMPLETE, ...url }).broker).toBe("mqtt://broker:1883");
  for (const SENTINEL_BROKER of ["embedded", "mqtt://other:1883"]) {
    expect(() => loadConfig({ ...COMPLETE, ...url, SENTINEL_BROKER })).toThrow(
      /SENTINEL_BROKER_URL "mqtt:\/\/broker:1883"; accepted: only one of /,
    );
  }
});

test.each(["SENTINEL_BROKER", "SENTINEL_BROKER_URL", "S3_ENDPOINT"])(
  "a password in %s is not shown",
  (variable) => {
    const attempt = () => loadConfig({ ...COMPLETE, [variable]: "redis://u:secretpw@h" });
    expect(attempt).toThrow(`${variable} (hidden); accepted: `);
    expect(attempt).not.toThrow(/secretpw/);
  },
);

test("jobs in a cluster need an image and a namespace; what they may take is as Kubernetes writes it", () => {
  const jobs = { ...COMPLETE, SENTINEL_JOBS: "kubernetes" };
  expect(() => loadConfig(jobs)).toThrow(
    /SENTINEL_JOB_IMAGE is missing.*SENTINEL_JOB_NAMESPACE is missing/s,
  );
  const image = "registry.example.com:5000/sentinel/cloud:0.1.0";
  const whole = { ...jobs, SENTINEL_JOB_IMAGE: image, SENTINEL_JOB_NAMESPACE: "sentinel-jobs" };
  expect(loadConfig(whole)).toMatchObject({
    jobs: "kubernetes",
    jobImage: image,
    jobMemory: "2Gi",
    kubernetesUrl: "https://kubernetes.default.svc",
  });
  const wrong = {
    SENTINEL_JOBS: "docker",
    SENTINEL_JOB_IMAGE: "registry.example.com:5000/sentinel/cloud",
    SENTINEL_JOB_CPU: "two",
    SENTINEL_JOB_MEMORY: "4G",
    SENTINEL_JOB_SCRATCH: "0Gi",
    SENTINEL_JOB_DEADLINE_SECONDS: "90000",
    SENTINEL_KUBERNETES_URL: "http://127.0.0.1:6443",
  };
  for (const [name, value] of Object.entries(wrong)) {
    expect(() => loadConfig({ ...whole, [name]: value })).toThrow(
      `environment: ${name} "${value}"`,
    );
  }
});
