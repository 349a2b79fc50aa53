import type { OnlineStatus } from "@sentinel/protocol/status";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectApi } from "./api-client.ts";
import { EdgeNode } from "./edge-node.ts";
import { type RunningCloud, startCloud } from "./running-cloud.ts";
import { trackRow } from "./sample-rows.ts";
import { uuidV7 } from "./uuid-v7.ts";
import { waitUntil } from "./wait-until.ts";

const [BASE, FIRST, SECOND, OTHER] = ["a", "b", "c", "d"].map((digit) => digit.repeat(64)) as [
  string,
  string,
  string,
  string,
];
const [V1, V2] = ["1".repeat(64), "2".repeat(64)];

let cloud: RunningCloud;
let connection: ReturnType<typeof connectApi>;
let node: EdgeNode;

beforeAll(async () => {
  cloud = await startCloud({ "node-a": "secret" });
  connection = connectApi(cloud.httpUrl);
  node = await EdgeNode.connect(cloud.mqttUrl, "node-a", "secret");
  const { query } = cloud.database;
  for (const [id, name] of [
    [V1, "First"],
    [V2, "Second"],
  ]) {
    await query(
      `insert into dataset_versions (dataset_id, name, query, manifest, pictures, boxes, counts,
        made_at, made_by) values ($1, $2, '{}', '{}', 1, 1, '{}', 1, 'Lena')`,
      [id, name],
    );
  }
  for (const [digest, base, version, at] of [
    [BASE, null, null, 1],
    [FIRST, BASE, V1, 2],
    [SECOND, FIRST, V2, 3],
    [OTHER, BASE, null, 4],
  ]) {
    await query(
      `insert into model_versions (digest, name, base_digest, dataset_id, layout, input_size,
        class_names, licence, size_bytes, state, made_at)
        values ($1, 'model ' || left($1, 1), $2, $3, 'yolov5', 320, '["car"]', '{}', 1, 'approved', $4)`,
      [digest, base, version, at],
    );
  }
  // Picture 1 is in both versions, once to learn from; a person answered 2 anew for the second one.
  const answers = [
    ["p1", "lena", "gate", V1, "validation"],
    ["p2", "lena", "gate", V1, "train"],
    ["p2", "omar", "gate", V2, "train"],
    ["p3", "omar", "quay", V2, "validation"],
    ["p4", "omar", "quay", V2, "golden"],
  ] as const;
  const ids: string[] = [];
  for (const [picture, person, camera, version, split] of answers) {
    const id = uuidV7();
    ids.push(id);
    await query(
      `insert into annotations (annotation_id, node_id, camera_id, picture, width, height, crop,
        captured_at, phash, boxes, verdict, person_id, person_name, at)
        values ($1, 'node-a', $2, $3, 8, 8, '{0,0,1,1}', 5, '', '[]', 'accept', $4, initcap($4), 1)`,
      [id, camera, picture, person],
    );
    await query("insert into dataset_pictures values ($1, $2, $3, $4)", [
      version,
      picture,
      id,
      split,
    ]);
  }
  await query("insert into dataset_pictures values ($1, 'p1', $2, 'train')", [V2, ids[0]]);
});
afterAll(async () => {
  await connection.close();
  await node.stop();
  await cloud.stop();
});

const lineage = (digest: string) => connection.api.models.lineage.query({ digest });

test("a line leads back over every model to pictures and people, each once, and never to golden ones", async () => {
  const line = await lineage(SECOND);
  expect(line.models.map(({ digest, datasetName }) => [digest, datasetName])).toEqual([
    [SECOND, "Second"],
    [FIRST, "First"],
    [BASE, null],
  ]);
  expect(line.pictures).toEqual({ learnt: 2, chosenBy: 1 });
  expect(line.people).toEqual([
    { personId: "lena", name: "Lena", annotations: 2 },
    { personId: "omar", name: "Omar", annotations: 2 },
  ]);
  expect(line.cameras).toEqual([
    { nodeId: "node-a", cameraId: "gate", pictures: 2 },
    { nodeId: "node-a", cameraId: "quay", pictures: 1 },
  ]);
  // What came of the first: the pictures of the second are not its own.
  const first = await lineage(FIRST);
  expect(first.pictures).toEqual({ learnt: 1, chosenBy: 1 });
  expect(first.descendants.map(({ digest }) => digest)).toEqual([SECOND]);
  const base = await lineage(BASE);
  expect(base.descendants.map(({ digest }) => digest)).toEqual([FIRST, SECOND, OTHER]);
  expect(base.pictures).toEqual({ learnt: 0, chosenBy: 0 });
});

test("forged ids are not found", async () => {
  await expect(lineage("e".repeat(64))).rejects.toThrow("has no model");
  await expect(lineage("../x")).rejects.toThrow();
});

function status(digest: string, swappedAt: number | null = null): OnlineStatus {
  const lastSwap = { at: swappedAt ?? 0, from: BASE, to: digest, gapMs: 1, framesDropped: 0 };
  return {
    online: true,
    nodeId: "node-a",
    at: Date.now(),
    agentVersion: "0.1.0",
    startedAt: 1_000,
    epoch: node.epoch,
    lastSeq: 0,
    model: {
      name: `model ${digest[0]}`,
      digest,
      licence: "AGPL-3.0",
      inputSize: 320,
      classNames: ["car"],
      fault: null,
    },
    labels: {},
    cameraReport: null,
    cameras: [],
    modelReport:
      swappedAt === null
        ? null
        : {
            state: "active",
            since: swappedAt,
            counter: 1,
            cohort: "stable",
            digest,
            commit: null,
            fetchedBytes: null,
            fault: null,
            staleSince: null,
            lastSwap,
          },
  };
}

function telemetry(at: number, latencies: readonly number[]) {
  return {
    nodeId: "node-a",
    at,
    periodMs: 5_000,
    cpuPercent: 50,
    rssBytes: 1,
    diskFreeBytes: null,
    framesDecoded: 1,
    framesInferred: 1,
    framesDropped: 0,
    rowsCreated: 0,
    outboxRows: 0,
    outboxBytes: 0,
    lastSeq: 0,
    ackedSeq: 0,
    cameras: latencies.map((latencyP50Ms, index) => ({
      cameraId: `camera-${index}`,
      fpsIn: 10,
      fpsInferred: 3,
      fpsDropped: 7,
      latencyP50Ms,
      latencyP95Ms: latencyP50Ms * 2,
      openTracks: 0,
    })),
  };
}

test("on to nodes, events and their latency by model; a period in which the model changed counts for none", async () => {
  const seen = [BASE, SECOND, SECOND].map((modelDigest) => trackRow({ modelDigest }));
  await node.sendForAck(1, seen);
  const { latencies } = connection.api.models;
  const told = async () => await latencies.query({ digests: [BASE, SECOND] });
  const nodes = () => connection.api.nodes.list.query();
  const tell = async (message: ReturnType<typeof telemetry>) => {
    await node.send("telemetry", message);
    await waitUntil(async () => (await nodes())[0]?.telemetry?.at === message.at);
  };
  await node.send("status", status(BASE));
  await waitUntil(async () => (await nodes())[0]?.model?.digest === BASE);
  await tell(telemetry(100_000, [60, 80, 70]));
  expect(await told()).toMatchObject([{ digest: BASE, p50Ms: 70, p95Ms: 140, now: true }]);

  await node.send("status", status(SECOND, 103_000));
  await waitUntil(async () => (await nodes())[0]?.model?.digest === SECOND);
  await tell(telemetry(105_000, [500]));
  expect(await told()).toMatchObject([{ digest: BASE, p50Ms: 70, now: false }]);
  await tell(telemetry(110_000, [90]));
  expect(await told()).toMatchObject([
    { digest: BASE, p50Ms: 70, now: false },
    { digest: SECOND, p50Ms: 90, now: true },
  ]);

  expect((await lineage(SECOND)).nodes).toMatchObject([{ nodeId: "node-a", now: true, events: 2 }]);
  expect((await lineage(BASE)).nodes).toMatchObject([{ nodeId: "node-a", now: false, events: 1 }]);
  const page = await connection.api.events.list.query({ models: [SECOND] });
  expect(page.items.map(({ eventId }) => eventId).sort()).toEqual(
    seen
      .slice(1)
      .map(({ eventId }) => eventId)
      .sort(),
  );
  const [event] = page.items;
  const detail = await connection.api.events.byId.query({ eventId: event?.eventId ?? "" });
  expect(detail).toMatchObject({ modelDigest: SECOND, model: { digest: SECOND } });
});
