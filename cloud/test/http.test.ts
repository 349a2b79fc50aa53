import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SERVICE_HEADERS } from "./api-client.ts";
import { type RunningCloud, startCloud } from "./running-cloud.ts";

let cloud: RunningCloud;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sentinel-dashboard-"));
  await mkdir(join(folder, "assets"));
  await writeFile(join(folder, "index.html"), "<title>dashboard</title>");
  await writeFile(join(folder, "assets", "main-1a2b.js"), "1;");
  cloud = await startCloud({}, { SENTINEL_DASHBOARD_DIR: folder });
});
afterAll(async () => {
  await cloud.stop();
  await rm(folder, { recursive: true });
});

const get = (path: string, accept = "text/html") =>
  fetch(`${cloud.httpUrl}${path}`, { headers: { accept, ...SERVICE_HEADERS } });

test("/healthz says that it is alive, /readyz what it cannot do without", async () => {
  expect(await (await get("/healthz")).json()).toEqual({ alive: true });
  const ready = await get("/readyz");
  expect(ready.status).toBe(503);
  const answer = (await ready.json()) as { notReady: string[]; dependencies: object[] };
  expect(answer.notReady).toEqual(["blobs"]);
  expect(answer.dependencies).toEqual(
    expect.arrayContaining([
      { name: "postgres", ready: true, fault: null },
      { name: "broker", ready: true, fault: null },
      { name: "blobs", ready: false, fault: expect.stringContaining("ECONNREFUSED") as unknown },
    ]),
  );
});

test.each(["/", "/events?class=person", "/nodes/node-a", "/live/a/b"])(
  "%s is the dashboard",
  async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain("<title>dashboard</title>");
    expect(answer.headers.get("cache-control")).toBe("no-cache");
    expect(answer.headers.get("content-security-policy")).toContain("connect-src 'self'");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  },
);

test("assets never change; what is not there is a 404 and never a page", async () => {
  const asset = await get("/assets/main-1a2b.js", "*/*");
  expect(asset.headers.get("cache-control")).toContain("immutable");
  for (const path of [
    "/assets/gone.js",
    `/api/snapshots/${"0".repeat(64)}.jpg`,
    "/api/snapshots/..%2f..%2fetc%2fpasswd",
    "/api/snapshots/x.jpg",
    "/api/trpc/no.such",
  ]) {
    const answer = await get(path);
    expect([path, answer.status]).toEqual([path, 404]);
    expect(answer.headers.get("content-type")).toContain("json");
  }
  expect((await get("/..%2f..%2f..%2fetc%2fpasswd")).status).not.toBe(500);
});

test.each([
  ["of this server", (host: string) => `http://${host}`, 101],
  ["of elsewhere", () => "http://evil.example", 401],
  ["of no page at all", () => "null", 401],
])("a WebSocket from a page %s is answered", async (_what, origin, expected) => {
  const { host, hostname, port } = new URL(cloud.httpUrl);
  const status = await new Promise((resolve, reject) => {
    const asked = request({
      hostname,
      port,
      path: "/api/trpc",
      headers: {
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        origin: origin(host),
      },
    });
    asked.on("upgrade", (answer, socket) => {
      socket.destroy();
      resolve(answer.statusCode);
    });
    asked.on("response", (answer) => resolve(answer.statusCode));
    asked.on("error", reject);
    asked.end();
  });
  expect(status).toBe(expected);
});

/** The status with which a request for this host is answered, and its kind. */
function statusFor(host: string, { of = cloud.httpUrl, upgrade = false } = {}) {
  const { hostname, port } = new URL(of);
  const headers = {
    host: host.replace("PORT", port),
    ...(upgrade
      ? {
          connection: "Upgrade",
          upgrade: "websocket",
          "sec-websocket-version": "13",
          "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
          origin: `http://${host.replace("PORT", port)}`,
        }
      : {}),
  };
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path: upgrade ? "/api/trpc" : "/healthz", headers });
    asked.on("upgrade", (answer, socket) => {
      socket.destroy();
      resolve(answer.statusCode);
    });
    asked.on("response", (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asked.on("error", reject);
    asked.end();
  });
}

test.each([
  ["127.0.0.1:PORT", true],
  ["localhost:PORT", true],
  ["localhost", true],
  ["[::1]:5173", true],
  ["evil.example:PORT", false],
  ["127.0.0.1.evil.example", false],
  ["localhost@evil.example", false],
])("asked as %s on a loopback address it answers: %s", async (host, answered) => {
  expect(await statusFor(host)).toBe(answered ? 200 : 421);
  expect(await statusFor(host, { upgrade: true })).toBe(answered ? 101 : 421);
});

test("names that are given are answered too, and no others", async () => {
  const named = await startCloud({}, { SENTINEL_ALLOWED_HOSTS: "watch.example" });
  expect(await statusFor("watch.example:PORT", { of: named.httpUrl })).toBe(200);
  expect(await statusFor("evil.example:PORT", { of: named.httpUrl })).toBe(421);
  await named.stop();
});

test("a request that is too big or broken is refused, and the server goes on", async () => {
  const big = await fetch(`${cloud.httpUrl}/api/trpc/events.list`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "x".repeat(100_000),
  });
  expect(big.status).toBe(413);
  const broken = await get("/api/trpc/events.list?input=%7Bnot");
  expect(broken.status).toBe(400);
  expect((await get("/healthz")).status).toBe(200);
});

test("without broker and database /readyz names them, and a missing dashboard is a clear fault", async () => {
  const lonely = await startCloud({}, { SENTINEL_BROKER: "mqtt://127.0.0.1:9" });
  const answer = await (await fetch(`${lonely.httpUrl}/readyz`)).json();
  expect(answer).toMatchObject({ ready: false, notReady: ["blobs", "broker"] });
  const tries = lonely.log.filter(({ link, level }) => link !== undefined && Number(level) >= 40);
  // Each link tells it once.
  expect(tries.length).toBe(new Set(tries.map(({ link }) => link)).size);
  await lonely.stop();
  await expect(startCloud({}, { SENTINEL_DASHBOARD_DIR: "/nowhere" })).rejects.toMatchObject({
    code: "CLOUD_CONFIG_INVALID",
  });
});
