import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeDatabase, type TestDatabase } from "./test-database.ts";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

let database: TestDatabase;
let folder: string;
let environment: Record<string, string>;

beforeAll(async () => {
  database = await makeDatabase();
  folder = await mkdtemp(join(tmpdir(), "sentinel-cloud-main-"));
  const passwords = join(folder, "passwords");
  await writeFile(passwords, "# nobody yet\n");
  environment = {
    DATABASE_URL: database.url,
    SENTINEL_HTTP_PORT: "0",
    SENTINEL_MQTT_PORT: "0",
    SENTINEL_NODE_PASSWORDS_FILE: passwords,
    S3_ENDPOINT: "http://127.0.0.1:9",
    S3_ACCESS_KEY: "key",
    S3_SECRET_KEY: "secret",
    SENTINEL_AUTH_SECRET: "signs-the-sessions-of-clouds-under-test",
  };
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

function run(env: Record<string, string>, args: string[] = []) {
  const child: ChildProcess = spawn(process.execPath, [MAIN, ...args], {
    env,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let stderr = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  // Not "close": it does not come for a child whose channel the parent has closed.
  const ended = Promise.all([
    new Promise<number | null>((resolve) => child.once("exit", resolve)),
    new Promise((resolve) => child.stderr?.once("end", resolve)),
  ]).then(([code]) => ({ code, stderr }));
  const ready = new Promise<{ httpPort: number; mqttPort: number }>((resolve) =>
    child.once("message", (message) => resolve(message as never)),
  );
  return { child, ended, ready };
}

test("a broken configuration ends it with 2 and every fault; a right one is only checked when asked", async () => {
  const broken = await run({ SENTINEL_HTTP_PORT: "x" }).ended;
  expect(broken.code).toBe(2);
  expect(broken.stderr).toContain("SENTINEL_HTTP_PORT");
  expect(broken.stderr).toContain("DATABASE_URL is missing");
  expect((await run({ SENTINEL_HTTP_PORT: "x" }, ["--check-config"]).ended).code).toBe(2);
  expect((await run(environment, ["--bogus"]).ended).code).toBe(2);
  expect(await run(environment, ["--check-config"]).ended).toEqual({ code: 0, stderr: "" });
});

test("it brings the schema up to date and ends, knowing nothing but the database", async () => {
  const fresh = await makeDatabase();
  const migrated = await run({ DATABASE_URL: fresh.url }, ["--migrate"]).ended;
  expect(migrated.code).toBe(0);
  expect(await fresh.query("select to_regclass('event_log') is not null as there")).toEqual([
    { there: true },
  ]);
  const again = await run({ DATABASE_URL: fresh.url }, ["--migrate"]).ended;
  expect(again).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('"applied":[]') as string,
  });
  await fresh.drop();
  expect(await run({}, ["--migrate"]).ended).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/DATABASE_URL is missing.*\n$/) as string,
  });
});

test.each(["SIGTERM", "SIGINT", "disconnect"] as const)(
  "it says when it is ready and where, and %s ends it with 0",
  async (how) => {
    const { child, ended, ready } = run(environment);
    const { httpPort, mqttPort } = await ready;
    expect(mqttPort).toBeGreaterThan(0);
    expect((await fetch(`http://127.0.0.1:${httpPort}/healthz`)).status).toBe(200);
    if (how === "disconnect") child.disconnect();
    else child.kill(how);
    expect((await ended).code).toBe(0);
  },
);

test("a port in use and a password file that is not there end it with 1 and one clear line", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = String(address !== null && typeof address === "object" ? address.port : 0);
  for (const variable of ["SENTINEL_HTTP_PORT", "SENTINEL_MQTT_PORT"]) {
    const { code, stderr } = await run({ ...environment, [variable]: port }).ended;
    expect(code).toBe(1);
    expect(stderr.trim().split("\n").at(-1)).toMatch(new RegExp(`^PORT_IN_USE: port ${port} `));
  }
  server.close();
  const missing = { ...environment, SENTINEL_NODE_PASSWORDS_FILE: join(folder, "gone") };
  const { code, stderr } = await run(missing).ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(/^NODE_PASSWORDS_UNREADABLE: .*gone/m);
});
