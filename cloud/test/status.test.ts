import type { OnlineStatus } from "@sentinel/protocol/status";
import { nodeTopic } from "@sentinel/protocol/topics";
import { connectAsync } from "mqtt";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Postgres } from "../src/database/postgres.ts";
import { DeadLetters } from "../src/ingest/dead-letters.ts";
import { Tally } from "../src/ingest/tally.ts";
import { StatusIntake } from "../src/status/status-intake.ts";
import { connectApi } from "./api-client.ts";
import { type RunningCloud, startCloud } from "./running-cloud.ts";
import { uuidV7 } from "./uuid-v7.ts";
import { waitUntil } from "./wait-until.ts";

let cloud: RunningCloud;
let connection: ReturnType<typeof connectApi>;

beforeAll(async () => {
  cloud = await startCloud({ "node-a": "secret" });
  connection = connectApi(cloud.httpUrl);
});
afterAll(async () => {
  await connection.close();
  await cloud.stop();
});

const epoch = uuidV7();

function status(change: Partial<OnlineStatus> = {}): OnlineStatus {
  return {
    online: true,
    nodeId: "node-a",
    at: Date.now(),
    agentVersion: "0.1.0",
    startedAt: 1_000,
    epoch,
    lastSeq: 7,
    model: null,
    labels: {},
    modelReport: null,
    cameraReport: null,
    cameras: [
      {
        cameraId: "gate-1",
        name: "Gate",
        state: "live",
        since: 2_000,
        fault: null,
        nextAttemptAt: null,
        width: 640,
        height: 480,
      },
      {
        cameraId: "yard",
        name: "Yard",
        state: "down",
        since: 3_000,
        fault: { code: "CAMERA_UNREACHABLE", message: "no answer" },
        nextAttemptAt: 4_000,
        width: null,
        height: null,
      },
    ],
    ...change,
  };
}

/** A node's connection with its last will, as an agent makes it. */
async function connectNode() {
  const will = { online: false, nodeId: "node-a", at: Date.now() };
  const client = await connectAsync(cloud.mqttUrl, {
    username: "node-a",
    password: "secret",
    protocolVersion: 4,
    reconnectPeriod: 0,
    will: {
      topic: nodeTopic("node-a", "status"),
      payload: Buffer.from(JSON.stringify(will)),
      qos: 1,
      retain: true,
    },
  });
  const tell = (message: object) =>
    client.publishAsync(nodeTopic("node-a", "status"), JSON.stringify(message), {
      qos: 1,
      retain: true,
    });
  return { client, tell };
}

const node = async () => (await connection.api.nodes.list.query())[0];
const cameras = () => connection.api.cameras.list.query();

test("a node and its cameras are as they say; when its will fires it is offline; when it is back, online", async () => {
  const changes: string[] = [];
  connection.api.live.changes.subscribe(undefined, { onData: ({ what }) => changes.push(what) });
  const first = await connectNode();
  await first.tell(status());
  await waitUntil(async () => (await node())?.online === true);
  expect(await node()).toMatchObject({
    lastSeq: 7,
    completeSeq: 0,
    cameras: 2,
    camerasLive: 1,
    epoch,
  });
  expect(await cameras()).toMatchObject([
    { cameraId: "gate-1", state: "live", name: "Gate", width: 640, nodeOnline: true, fault: null },
    {
      cameraId: "yard",
      state: "down",
      fault: { code: "CAMERA_UNREACHABLE", message: "no answer" },
      nextAttemptAt: 4_000,
    },
  ]);
  await waitUntil(() => changes.includes("cameras") && changes.includes("nodes"));

  first.client.stream.destroy();
  await waitUntil(async () => (await node())?.online === false);
  expect(await cameras()).toMatchObject([
    { cameraId: "gate-1", state: "unknown", nodeOnline: false },
    { cameraId: "yard", state: "unknown", nodeOnline: false },
  ]);

  const second = await connectNode();
  await second.tell(status({ cameras: status().cameras.slice(0, 1) }));
  await waitUntil(async () => (await node())?.online === true);
  expect((await cameras()).map(({ cameraId }) => cameraId)).toEqual(["gate-1"]);

  const figures = {
    cameraId: "gate-1",
    fpsIn: 10,
    fpsInferred: 3,
    fpsDropped: 7,
    latencyP50Ms: 80,
    latencyP95Ms: 120,
    uninferredMs: 40,
    openTracks: 2,
  };
  await second.client.publishAsync(
    nodeTopic("node-a", "telemetry"),
    JSON.stringify({
      nodeId: "node-a",
      at: 1,
      periodMs: 5_000,
      cpuPercent: 50,
      rssBytes: 1,
      diskFreeBytes: null,
      framesDecoded: 100,
      framesInferred: 30,
      framesDropped: 70,
      rowsCreated: 9,
      outboxRows: 2,
      outboxBytes: 900,
      lastSeq: 9,
      ackedSeq: 7,
      cameras: [figures],
    }),
  );
  await waitUntil(async () => (await node())?.telemetry?.outboxRows === 2);
  expect(await node()).toMatchObject({ lastSeq: 9 });
  expect((await cameras())[0]?.telemetry).toEqual(figures);

  // The broker of a cloud that starts again knows nobody; so does the cloud.
  await second.client.endAsync(true);
  await cloud.restart();
  await connection.close();
  connection = connectApi(cloud.httpUrl);
  expect(await node()).toMatchObject({ online: false, lastSeq: 9 });
});

test("a node comes online once, and again when it was away or its agent started anew", async () => {
  const logger = pino({ level: "silent" });
  const database = new Postgres({ url: cloud.database.url, logger });
  const tally = new Tally({ database, logger });
  const came: string[] = [];
  /** Tells a status; an intake ends when it has stored what it was told. */
  const tell = async (message: object) => {
    const intake = new StatusIntake({
      database,
      deadLetters: new DeadLetters({ database, tally }),
      tally,
      onOnline: (nodeId) => came.push(nodeId),
      onReply: () => {},
    });
    const told = { ...message, nodeId: "node-c" };
    await intake.take(nodeTopic("node-c", "status"), Buffer.from(JSON.stringify(told)));
    await intake.stop();
    return came.length;
  };
  expect(await tell(status())).toBe(1);
  expect(await tell(status())).toBe(1);
  expect(await tell(status({ cameras: [] }))).toBe(1);
  const offline = { online: false, at: 0 };
  expect(await tell(offline)).toBe(1);
  expect(await tell(status())).toBe(2);
  expect(await tell(status({ startedAt: 2_000 }))).toBe(3);
  expect(await tell(status({ startedAt: 2_000 }))).toBe(3);
  await database.stop();
});
