import { TRPCClientError } from "@trpc/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectApi } from "./api-client.ts";
import { EdgeNode } from "./edge-node.ts";
import { type RunningCloud, startCloud } from "./running-cloud.ts";
import { gapRow, trackRow } from "./sample-rows.ts";
import { uuidV7 } from "./uuid-v7.ts";
import { waitUntil } from "./wait-until.ts";

let cloud: RunningCloud;
let node: EdgeNode;
let connection: ReturnType<typeof connectApi>;

const HOUR = 3_600_000;
const T0 = 1_700_000_000_000;
const CLASSES = ["person", "car", "dog"];
/** One event a minute for two hours; three cameras and classes in turn, scores 0.00 to 0.99. */
const rows = Array.from({ length: 120 }, (_, index) =>
  trackRow({
    startedAt: T0 + index * 60_000,
    cameraId: `camera-${index % 3}`,
    className: CLASSES[Math.floor(index / 3) % 3] ?? "",
    score: (index % 100) / 100,
    ...(index % 2 === 0
      ? {}
      : { kind: "ended" as const, endedAt: T0 + index * 60_000 + 500, endReason: "left" as const }),
  }),
);

beforeAll(async () => {
  cloud = await startCloud({ "node-a": "secret" });
  node = await EdgeNode.connect(cloud.mqttUrl, "node-a", "secret");
  await node.sendForAck(1, rows);
  connection = connectApi(cloud.httpUrl);
});
afterAll(async () => {
  await connection.close();
  await node.stop();
  await cloud.stop();
});

async function all(filter: object, limit = 50): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof connection.api.events.list.query>> =
      await connection.api.events.list.query({ ...filter, cursor, limit });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    ids.push(...page.items.map(({ eventId }) => eventId));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return ids;
}

const idsOf = (keep: (row: (typeof rows)[number], index: number) => boolean) =>
  rows
    .filter(keep)
    .map(({ eventId }) => eventId)
    .reverse();

test.each([1, 7, 50, 120, 200])(
  "pages of %i hold every event once, newest first",
  async (limit) => {
    expect(await all({}, limit)).toEqual(idsOf(() => true));
  },
);

test("a page stays where it is while newer events arrive", async () => {
  const first = await connection.api.events.list.query({ limit: 10, to: T0 + 24 * HOUR });
  await node.sendForAck(121, [trackRow({ startedAt: T0 + 3 * HOUR, className: "late" })]);
  const second = await connection.api.events.list.query({ limit: 10, cursor: first.nextCursor });
  expect([...first.items, ...second.items].map(({ eventId }) => eventId)).toEqual(
    idsOf(() => true).slice(0, 20),
  );
});

const WITHIN = { from: T0, to: T0 + 2 * HOUR };

test.each([
  [
    "one camera",
    { cameras: [{ nodeId: "node-a", cameraId: "camera-1" }] },
    (i: number) => i % 3 === 1,
  ],
  [
    "a camera of another node",
    { cameras: [{ nodeId: "node-b", cameraId: "camera-1" }] },
    () => false,
  ],
  ["two classes", { classes: ["car", "dog"] }, (i: number) => Math.floor(i / 3) % 3 > 0],
  ["no camera chosen", { cameras: [], classes: [] }, () => true],
  ["a time", { from: T0 + HOUR, to: T0 + HOUR + 120_000 }, (i: number) => i === 60 || i === 61],
  ["a score", { minScore: 0.95, maxScore: 0.97 }, (i: number) => [95, 96, 97].includes(i % 100)],
  ["open ones", { state: "open" as const }, (i: number) => i % 2 === 0],
  [
    "all at once",
    {
      cameras: [{ nodeId: "node-a", cameraId: "camera-0" }],
      classes: ["person"],
      state: "ended" as const,
    },
    (i: number) => i % 3 === 0 && Math.floor(i / 3) % 3 === 0 && i % 2 === 1,
  ],
])("the filter %s", async (_what, filter, keep) => {
  expect(await all({ ...WITHIN, ...filter })).toEqual(idsOf((_row, index) => keep(index)));
});

test("density counts the same events in equal stretches", async () => {
  const density = await connection.api.events.density.query({ ...WITHIN, buckets: 4 });
  expect(density).toMatchObject({ from: T0, bucketMs: HOUR / 2 });
  const sums = density.classes.map(({ className, counts }) => [
    className,
    counts.length,
    counts.reduce((sum, count) => sum + count, 0),
  ]);
  expect(sums).toEqual([
    ["car", 4, 39],
    ["dog", 4, 39],
    ["person", 4, 42],
  ]);
  const odd = await connection.api.events.density.query({ from: T0, to: T0 + 7, buckets: 200 });
  expect(odd.classes).toEqual([
    { className: "person", counts: [1, ...new Array<number>(199).fill(0)] },
  ]);
});

test("classes are those that were seen, with how often", async () => {
  const classes = await connection.api.events.classes.query();
  expect(classes.slice(0, 3)).toEqual([
    { className: "person", count: 42 },
    { className: "car", count: 39 },
    { className: "dog", count: 39 },
  ]);
});

test("an event tells its rows and the name of its model", async () => {
  const began = trackRow({ startedAt: T0 - HOUR, modelDigest: "d".repeat(64) });
  const improved = { ...began, kind: "improved" as const, score: 0.95, capturedAt: T0 - HOUR + 5 };
  await node.sendForAck(122, [began, gapRow(125), improved]);
  await node.send("status", {
    online: true,
    nodeId: "node-a",
    at: T0,
    agentVersion: "0.1.0",
    startedAt: T0,
    epoch: node.epoch,
    lastSeq: 126,
    model: {
      name: "yolov5s-320",
      digest: "d".repeat(64),
      licence: "AGPL-3.0",
      inputSize: 320,
      classNames: ["person"],
      fault: null,
    },
    cameras: [],
  });
  await waitUntil(async () => (await connection.api.nodes.list.query())[0]?.online === true);
  expect(await connection.api.events.byId.query({ eventId: began.eventId })).toMatchObject({
    eventId: began.eventId,
    score: 0.95,
    epoch: node.epoch,
    model: { name: "yolov5s-320", digest: "d".repeat(64) },
    rows: [
      { seq: 122, kind: "began", score: 0.8, snapshotSha256: null },
      { seq: 126, kind: "improved", score: 0.95, capturedAt: T0 - HOUR + 5 },
    ],
  });
  expect(await connection.api.nodes.list.query()).toEqual([
    expect.objectContaining({
      nodeId: "node-a",
      completeSeq: 126,
      lastSeq: 126,
      declaredGaps: 1,
      latestGap: expect.objectContaining({ reason: "disk-budget", dropped: {} }) as object,
      cameras: 0,
    }),
  ]);
});

test.each([
  [
    "an event that is not there",
    () => connection.api.events.byId.query({ eventId: uuidV7() }),
    "NOT_FOUND",
  ],
  [
    "an id that is none",
    () => connection.api.events.byId.query({ eventId: "1; drop" }),
    "BAD_REQUEST",
  ],
  [
    "a cursor of somebody else",
    () => connection.api.events.list.query({ cursor: "x" }),
    "BAD_REQUEST",
  ],
  ["201 events", () => connection.api.events.list.query({ limit: 201 }), "BAD_REQUEST"],
  [
    "a stretch that ends before it begins",
    () => connection.api.events.density.query({ from: 2, to: 1 }),
    "BAD_REQUEST",
  ],
])("%s is refused", async (_what, ask, code) => {
  const error = await ask().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TRPCClientError);
  expect((error as { data?: { code?: string } }).data?.code).toBe(code);
});

test.each(["a\0b", "", " ", "x".repeat(101), "half \ud83d pair"])(
  "the class %j is refused, naming the field",
  async (name) => {
    for (const ask of [
      () => connection.api.events.list.query({ classes: ["car", name] }),
      () => connection.api.events.density.query({ ...WITHIN, classes: ["car", name] }),
      () => connection.api.triage.next.mutate({ className: name, count: 1 }),
    ]) {
      const error = await ask().catch((thrown: unknown) => thrown);
      expect((error as { data?: { code?: string } }).data?.code).toBe("BAD_REQUEST");
      expect((error as Error).message).toMatch(/"classes",\s+1|"className"/);
    }
  },
);
