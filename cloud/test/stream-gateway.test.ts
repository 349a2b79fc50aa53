import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SERVICE_HEADERS, SERVICE_TOKEN } from "./api-client.ts";
import { type RunningCloud, startCloud } from "./running-cloud.ts";

const run = promisify(execFile);
const CLIP = fileURLToPath(
  new URL("../../../shared/testdata/clips/codec-h264.mp4", import.meta.url),
);

let folder: string;
let media: Server;
/** What the media server was asked: path and headers. */
const asked: { path: string; headers: NodeJS.Dict<string | string[]> }[] = [];
let upstream: string;
let cloud: RunningCloud;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sentinel-hls-"));
  const playlist = join(folder, "index.m3u8");
  await run("ffmpeg", ["-i", CLIP, "-c:v", "libx264", "-hls_time", "1", "-f", "hls", playlist]);
  // Serves real HLS as a media server does: behind user and password, below the camera's name.
  media = createServer((request, response) => {
    asked.push({ path: request.url ?? "", headers: request.headers });
    const file = /^\/node-a\/gate-1\/([\w.-]+)$/.exec(request.url ?? "")?.[1];
    if (file === undefined) return response.writeHead(404).end();
    return readFile(join(folder, file)).then(
      (bytes) => response.writeHead(200, { "set-cookie": "media=1" }).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => media.listen(0, "127.0.0.1", resolve));
  const address = media.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  upstream = `http://gateway:s%40cret@127.0.0.1:${port}`;
  const roles = { SENTINEL_ROLES: "api,ingest,cameras", SENTINEL_STREAM_UPSTREAM: upstream };
  cloud = await startCloud({}, roles);
  await cloud.database.query(
    `insert into nodes (node_id, online, first_seen_at, last_seen_at) values ('node-a', true, 1, 1)`,
  );
  await cloud.database.query(
    `insert into cameras (node_id, camera_id, name, state, since) values ('node-a', 'gate-1', 'Gate', 'live', 1)`,
  );
}, 60_000);
afterAll(async () => {
  await cloud.stop();
  media.close();
  await rm(folder, { recursive: true });
});

const get = (path: string, headers: Record<string, string> = SERVICE_HEADERS) =>
  fetch(`${cloud.httpUrl}${path}`, { headers });

test("who is signed in is handed the camera's video, and a player can play it", async () => {
  const answer = await get("/stream/node-a/gate-1/index.m3u8", {
    ...SERVICE_HEADERS,
    cookie: "sentinel.session_token=mine",
  });
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain("#EXTM3U");
  expect(answer.headers.get("set-cookie")).toBeNull();
  const headers = asked.at(-1)?.headers;
  expect(headers?.authorization).toBe(`Basic ${btoa("gateway:s@cret")}`);
  expect(headers?.cookie).toBeUndefined();
  const url = `${cloud.httpUrl}/stream/node-a/gate-1/index.m3u8`;
  const header = `Authorization: Bearer ${SERVICE_TOKEN}\r\n`;
  const seen = await run("ffmpeg", ["-headers", header, "-i", url, "-f", "null", "-"]);
  expect(seen.stderr).toMatch(/frame= *[1-9]/);
}, 60_000);

test("nobody else is, and nothing but a known camera's files is asked for", async () => {
  const before = asked.length;
  expect((await get("/stream/node-a/gate-1/index.m3u8", {})).status).toBe(401);
  const forged = { authorization: "Bearer sentinel_forged" };
  expect((await get("/stream/node-a/gate-1/index.m3u8", forged)).status).toBe(401);
  for (const path of [
    "/stream/node-a/other/index.m3u8",
    "/stream/node-b/gate-1/index.m3u8",
    "/stream/node-a/gate-1/..%2f..%2fv3%2fconfig",
    "/stream/node-a/gate-1/.env",
    "/stream/Node-A/gate-1/index.m3u8",
    "/stream/node-a/gate-1/a/b.ts",
  ]) {
    expect([path, (await get(path)).status]).toEqual([path, 404]);
  }
  expect(asked.length).toBe(before);
});

test("a media server that is away is told, and the rest goes on", async () => {
  const lonely = await startCloud(
    {},
    { SENTINEL_ROLES: "api,ingest,cameras", SENTINEL_STREAM_UPSTREAM: "http://127.0.0.1:9" },
    cloud.database,
  );
  const answer = await fetch(`${lonely.httpUrl}/stream/node-a/gate-1/index.m3u8`, {
    headers: SERVICE_HEADERS,
  });
  expect(answer.status).toBe(502);
  expect(await answer.json()).toMatchObject({ message: expect.stringContaining("media server") });
  expect((await fetch(`${lonely.httpUrl}/healthz`)).status).toBe(200);
  await lonely.stop();
});
