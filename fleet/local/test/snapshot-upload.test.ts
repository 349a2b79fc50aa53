import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Command, commandSchema } from "@sentinel/protocol/command";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectApi, SERVICE_HEADERS } from "../../../cloud/test/api-client.ts";
import { EdgeNode } from "../../../cloud/test/edge-node.ts";
import { type RunningCloud, startCloud } from "../../../cloud/test/running-cloud.ts";
import { trackRow } from "../../../cloud/test/sample-rows.ts";
import { waitUntil } from "../../../cloud/test/wait-until.ts";
import { S3Endpoint } from "../src/s3/s3-endpoint.ts";

let folder: string;
let s3: S3Endpoint;
let cloud: RunningCloud;
let node: EdgeNode;
let connection: ReturnType<typeof connectApi>;
let seq = 1;

const ACCESS = { accessKey: "key", secretKey: "a long secret", region: "us-east-1" };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sentinel-snapshots-"));
  // The bucket is the cloud's to make.
  s3 = new S3Endpoint({ ...ACCESS, dataDir: folder, port: 0, buckets: [] });
  const { endpoint } = await s3.start();
  cloud = await startCloud(
    { "node-a": "secret" },
    {
      S3_ENDPOINT: endpoint,
      S3_ACCESS_KEY: ACCESS.accessKey,
      S3_SECRET_KEY: ACCESS.secretKey,
      S3_REGION: ACCESS.region,
    },
  );
  node = await EdgeNode.connect(cloud.mqttUrl, "node-a", "secret");
  connection = connectApi(cloud.httpUrl);
});
afterAll(async () => {
  await connection.close();
  await node.stop();
  await cloud.stop();
  await s3.stop();
  await rm(folder, { recursive: true });
});

type Upload = Extract<Command, { type: "upload-snapshot" }>;

/** Sends an event with this picture as snapshot. */
async function sendEvent(picture: Buffer): Promise<{ eventId: string; sha256: string }> {
  const sha256 = createHash("sha256").update(picture).digest("hex");
  const row = trackRow({
    snapshot: { sha256, sizeBytes: picture.length, width: 64, height: 64, crop: [0, 0, 1, 1] },
  });
  await node.sendForAck(seq, [row]);
  seq += 1;
  return { eventId: row.eventId, sha256 };
}

function uploads(sha256: string): Upload[] {
  return node.commands
    .map((command) => commandSchema.parse(command))
    .filter((command) => command.type === "upload-snapshot")
    .filter((command) => command.sha256 === sha256);
}

async function asked(sha256: string): Promise<Upload> {
  await node.until(() => uploads(sha256).length > 0);
  return uploads(sha256).at(-1) as Upload;
}

let startedAt = 1;
/** The node's agent says that it has started. */
async function sayOnline(): Promise<void> {
  startedAt += 1;
  await node.send("status", {
    online: true,
    nodeId: "node-a",
    at: Date.now(),
    agentVersion: "1",
    startedAt,
    epoch: node.epoch,
    lastSeq: seq,
    model: null,
    cameras: [],
  });
}

const put = (url: string, picture: Buffer) =>
  fetch(url, {
    method: "PUT",
    body: Uint8Array.from(picture),
    headers: { "content-type": "image/jpeg" },
  });
const reply = (command: Upload, fault: { code: string; message: string } | null = null) =>
  node.send("replies", { id: command.id, type: command.type, fault });
const snapshotOf = async (eventId: string) =>
  (await connection.api.events.byId.query({ eventId })).snapshot;
const counted = async (reason: string) =>
  Number(
    (await cloud.database.query("select count from ingest_counters where reason = $1", [reason]))[0]
      ?.count ?? 0,
  );

const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3, 0xff, 0xd9]);

test("with the endpoint the cloud is ready", async () => {
  await waitUntil(async () => (await fetch(`${cloud.httpUrl}/readyz`)).status === 200);
});

test("a snapshot is asked for, uploaded, checked, noted on its event, told and served", async () => {
  const arrivals: string[] = [];
  connection.api.live.snapshots.subscribe(undefined, {
    onData: ({ sha256 }) => arrivals.push(sha256),
  });
  const { eventId, sha256 } = await sendEvent(JPEG);
  const command = await asked(sha256);
  expect(new URL(command.url).pathname).toBe(`/sentinel-clips/snapshots/node-a/${sha256}.jpg`);
  expect(await snapshotOf(eventId)).toMatchObject({ sha256, storedAt: null, goneAt: null });
  expect(
    (await fetch(`${cloud.httpUrl}/api/snapshots/${sha256}.jpg`, { headers: SERVICE_HEADERS }))
      .status,
  ).toBe(404);

  expect((await put(command.url, JPEG)).status).toBe(200);
  await reply(command);
  await waitUntil(async () => (await snapshotOf(eventId))?.storedAt !== null);
  await waitUntil(() => arrivals.includes(sha256));
  const served = await fetch(`${cloud.httpUrl}${(await snapshotOf(eventId))?.url}`, {
    headers: SERVICE_HEADERS,
  });
  expect(served.headers.get("content-type")).toBe("image/jpeg");
  expect(served.headers.get("cache-control")).toContain("immutable");
  expect(Buffer.from(await served.arrayBuffer())).toEqual(JPEG);
});

test("another picture under that name is deleted and counted, and never shown", async () => {
  const { eventId, sha256 } = await sendEvent(Buffer.concat([JPEG, Buffer.from("right")]));
  const command = await asked(sha256);
  expect((await put(command.url, Buffer.concat([JPEG, Buffer.from("wrong")]))).status).toBe(200);
  await reply(command);
  await waitUntil(async () => (await counted("snapshot-tampered")) === 1);
  expect((await snapshotOf(eventId))?.storedAt).toBeNull();
  expect(
    (await fetch(`${cloud.httpUrl}/api/snapshots/${sha256}.jpg`, { headers: SERVICE_HEADERS }))
      .status,
  ).toBe(404);
});

test("the address lets nobody write elsewhere", async () => {
  const { sha256 } = await sendEvent(Buffer.concat([JPEG, Buffer.from("elsewhere")]));
  const { url } = await asked(sha256);
  const other = url.replace("/node-a/", "/node-b/");
  expect(other).not.toBe(url);
  expect((await put(other, JPEG)).status).toBe(403);
  expect((await fetch(url)).status).toBe(403);
});

test("what a node no longer has is not asked for again", async () => {
  const { eventId, sha256 } = await sendEvent(Buffer.concat([JPEG, Buffer.from("gone")]));
  await reply(await asked(sha256), { code: "SNAPSHOT_GONE", message: "not here" });
  await waitUntil(async () => typeof (await snapshotOf(eventId))?.goneAt === "number");
  // Healthy nodes say so all the time: it is counted, and no warning.
  await waitUntil(async () => (await counted("snapshot-gone")) === 1);
  const warned = cloud.log.filter(({ level }) => level === 40).map(({ reason }) => reason);
  expect(warned).not.toContain("snapshot-gone");
  expect(warned).not.toContain("snapshot-refused");
});

test("a node that comes back is asked for what it still owes; what lies there already is only checked", async () => {
  const late = Buffer.concat([JPEG, Buffer.from("late")]);
  const { eventId: lateId, sha256: lateSha } = await sendEvent(late);
  const silent = Buffer.concat([JPEG, Buffer.from("silent")]);
  const { eventId: silentId, sha256: silentSha } = await sendEvent(silent);
  // Just asked for, by the time rule it is not due.
  const young = await sendEvent(Buffer.concat([JPEG, Buffer.from("young")]));
  await asked(young.sha256);
  // Uploaded, but its answer was lost.
  await put((await asked(silentSha)).url, silent);
  const before = uploads(lateSha).length;
  await cloud.database.query(
    "update events set snapshot_asked_at = $1 where snapshot_sha256 = any ($2)",
    [Date.now() - 31_000, [lateSha, silentSha]],
  );
  await sayOnline();
  await node.until(() => uploads(lateSha).length > before);
  await waitUntil(async () => (await snapshotOf(silentId))?.storedAt !== null);
  const again = await asked(lateSha);
  await put(again.url, late);
  await reply(again);
  await waitUntil(async () => (await snapshotOf(lateId))?.storedAt !== null);
  expect(uploads(young.sha256)).toHaveLength(1);
});

test("a picture that two events name is there for both, though its node gave it away at once", async () => {
  const picture = Buffer.concat([JPEG, Buffer.from("twice")]);
  const first = await sendEvent(picture);
  const command = await asked(first.sha256);
  await put(command.url, picture);
  await reply(command);
  await waitUntil(async () => (await snapshotOf(first.eventId))?.storedAt !== null);
  const second = await sendEvent(picture);
  await node.until(() => uploads(second.sha256).length === 2);
  await reply(await asked(second.sha256), { code: "SNAPSHOT_GONE", message: "not here" });
  await waitUntil(async () => (await snapshotOf(second.eventId))?.storedAt !== null);
  expect((await snapshotOf(second.eventId))?.goneAt).toBeNull();
});

test.each([
  ["another picture", Buffer.concat([JPEG, Buffer.from("put over it")])],
  ["more than a picture may have", Buffer.alloc(5_000_001)],
])(
  "%s put over a verified one is never served, and it is asked for again",
  async (_what, other) => {
    const picture = Buffer.concat([JPEG, Buffer.from(`verified ${other.length}`)]);
    const { eventId, sha256 } = await sendEvent(picture);
    const command = await asked(sha256);
    await put(command.url, picture);
    await reply(command);
    await waitUntil(async () => (await snapshotOf(eventId))?.storedAt !== null);
    const before = await counted("snapshot-tampered");
    expect((await put(command.url, other)).status).toBe(200);
    const served = await fetch(`${cloud.httpUrl}/api/snapshots/${sha256}.jpg`, {
      headers: SERVICE_HEADERS,
    });
    expect(served.status).toBe(404);
    expect(served.headers.get("content-type")).toContain("json");
    expect(served.headers.get("cache-control")).toBe("no-store");
    expect((await snapshotOf(eventId))?.storedAt).toBeNull();
    await waitUntil(async () => (await counted("snapshot-tampered")) > before);
    await cloud.database.query(
      "update events set snapshot_asked_at = 0 where snapshot_sha256 = $1",
      [sha256],
    );
    await sayOnline();
    await node.until(() => uploads(sha256).length === 2);
    const again = await asked(sha256);
    await put(again.url, picture);
    await reply(again);
    await waitUntil(async () => (await snapshotOf(eventId))?.storedAt !== null);
    expect(
      (await fetch(`${cloud.httpUrl}/api/snapshots/${sha256}.jpg`, { headers: SERVICE_HEADERS }))
        .status,
    ).toBe(200);
  },
);

test("a better snapshot takes the place of the one before, which can still be seen", async () => {
  const first = Buffer.concat([JPEG, Buffer.from("first")]);
  const { eventId, sha256 } = await sendEvent(first);
  const command = await asked(sha256);
  await put(command.url, first);
  await reply(command);
  await waitUntil(async () => (await snapshotOf(eventId))?.storedAt !== null);
  const better = createHash("sha256").update("better").digest("hex");
  const improved = trackRow({
    eventId,
    kind: "improved",
    snapshot: { sha256: better, sizeBytes: 6, width: 64, height: 64, crop: [0, 0, 1, 1] },
  });
  await node.sendForAck(seq, [improved]);
  seq += 1;
  expect(await snapshotOf(eventId)).toMatchObject({ sha256: better, storedAt: null });
  await asked(better);
  const before = await fetch(`${cloud.httpUrl}/api/snapshots/${sha256}.jpg`, {
    headers: SERVICE_HEADERS,
  });
  expect(Buffer.from(await before.arrayBuffer())).toEqual(first);
});
