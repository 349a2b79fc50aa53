import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SERVICE_HEADERS } from "./api-client.ts";
import { addPerson } from "./people-fixture.ts";
import { type RunningCloud, startCloud } from "./running-cloud.ts";

let folder: string;
let cloud: RunningCloud;
let gateway: RunningCloud;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sentinel-nodes-"));
  await writeFile(join(folder, "node-a"), "of-node-a\n");
  await writeFile(join(folder, "node-b"), "of-node-b");
  cloud = await startCloud(
    {},
    {
      SENTINEL_ROLES: "api,ingest,cameras",
      SENTINEL_STREAM_UPSTREAM: "http://127.0.0.1:9",
      SENTINEL_NODE_PASSWORDS_DIR: folder,
    },
  );
  await cloud.database.query(
    `insert into nodes (node_id, online, first_seen_at, last_seen_at) values ('node-a', true, 1, 1)`,
  );
  await cloud.database.query(
    `insert into cameras (node_id, camera_id, name, state, since) values ('node-a', 'gate-1', 'Gate', 'live', 1)`,
  );
}, 60_000);
afterAll(async () => {
  await gateway?.stop();
  await cloud.stop();
  await rm(folder, { recursive: true });
});

/** What MediaMTX 1.x sends of a client, with changes. */
async function ask(change: Record<string, unknown>): Promise<number> {
  const question = {
    ...{ action: "read", path: "node-a/gate-1", user: "", password: "", token: "" },
    ...{ ip: "10.42.0.7", protocol: "webrtc", id: "7a6d0c52", query: "", userAgent: "a browser" },
    ...change,
  };
  const answer = await fetch(`${cloud.httpUrl}/internal/mediamtx-auth`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(question),
  });
  return answer.status;
}

test("a node publishes below its own name, with its own password, and nowhere else", async () => {
  const publish = { action: "publish", user: "node-a", password: "of-node-a" };
  expect(await ask(publish)).toBe(204);
  expect(await ask({ ...publish, path: "node-a/a-new-one" })).toBe(204);
  for (const change of [
    { password: "" },
    { password: "of-node-b" },
    { user: "node-b", password: "of-node-b" },
    { path: "node-b/gate-1" },
    { path: "node-a" },
    { path: "node-a/gate-1/more" },
    { path: "../node-a/gate-1" },
    { path: "node-c/gate-1", user: "node-c", password: "" },
    { user: "", password: "", token: "of-node-a" },
  ]) {
    expect([change, await ask({ ...publish, ...change })]).toEqual([change, 401]);
  }
});

test("people read with a token of theirs, for as long as it holds; nobody else does", async () => {
  const { api } = await addPerson(cloud.httpUrl, "Vera", "viewer");
  const made = await api.people.createToken.mutate({ name: "wall", role: "viewer", days: 1 });
  expect(await ask({ token: made.token })).toBe(204);
  expect(await ask({ user: "anything", password: made.token })).toBe(204);
  expect(await ask({ token: made.token, action: "playback" })).toBe(204);
  expect(await ask({ token: made.token, path: "node-a/unknown" })).toBe(401);
  for (const action of ["publish", "api", "metrics", "pprof", "anything"]) {
    expect([action, await ask({ token: made.token, action })]).toEqual([action, 401]);
  }
  expect(await ask({})).toBe(401);
  expect(await ask({ token: "sentinel_forged" })).toBe(401);
  expect(await ask({ user: "node-a", password: "of-node-a" })).toBe(401);
  await api.people.revokeToken.mutate({ tokenId: made.tokenId });
  expect(await ask({ token: made.token })).toBe(401);
});

test("the gateway reads with a password of its own, which opens nothing but reading", async () => {
  const { createServer } = await import("node:http");
  let authorization = "";
  const media = createServer((request, response) => {
    authorization = request.headers.authorization ?? "";
    response.end("#EXTM3U");
  });
  await new Promise<void>((resolve) => media.listen(0, "127.0.0.1", resolve));
  const address = media.address();
  const port = typeof address === "object" ? address?.port : 0;
  const roles = { SENTINEL_ROLES: "api,ingest,cameras" };
  const upstream = { SENTINEL_STREAM_UPSTREAM: `http://127.0.0.1:${port}` };
  gateway = await startCloud({}, { ...roles, ...upstream }, cloud.database);
  const video = `${gateway.httpUrl}/stream/node-a/gate-1/index.m3u8`;
  expect((await fetch(video, { headers: SERVICE_HEADERS })).status).toBe(200);
  media.close();
  const [user, password] = atob(authorization.replace("Basic ", "")).split(":");
  expect(await ask({ user, password })).toBe(204);
  expect(await ask({ user, password: `${password}0` })).toBe(401);
  expect(await ask({ user, password, action: "publish" })).toBe(401);
});

test("what is no question is refused", async () => {
  expect(await ask({ action: 7 })).toBe(400);
  expect(await ask({ path: null })).toBe(401);
});
