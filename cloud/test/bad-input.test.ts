import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { SERVICE_HEADERS } from "./api-client.ts";
import { EdgeNode } from "./edge-node.ts";
import { type RunningCloud, startCloud } from "./running-cloud.ts";
import { trackRow, trackRows } from "./sample-rows.ts";
import { waitUntil } from "./wait-until.ts";

const TEST_DATA = new URL("../../../shared/testdata/bad/", import.meta.url);

let cloud: RunningCloud;
let node: EdgeNode;

beforeAll(async () => {
  cloud = await startCloud({ "node-a": "secret" });
});
afterAll(() => cloud.stop());
beforeEach(async () => {
  node = await EdgeNode.connect(cloud.mqttUrl, "node-a", "secret");
});
afterEach(() => node.stop());

interface Letter {
  reason: string;
  payload_bytes: string;
  kept: number;
  sha256: string;
}

async function newestLetter(): Promise<Letter | undefined> {
  const [letter] = await cloud.database.query<Letter>(
    `select reason, payload_bytes, length(payload) as kept, sha256 from dead_letters
     order by id desc limit 1`,
  );
  return letter;
}

const batch = (rows: unknown[]) => ({ nodeId: "node-a", epoch: node.epoch, firstSeq: 1, rows });

const BAD: [string, string, () => unknown][] = [
  ["text that is not JSON", "not-json", () => Buffer.from("{rows")],
  ["nothing at all", "not-json", () => Buffer.alloc(0)],
  ["bytes that are not UTF-8", "not-json", () => Buffer.from([0xff, 0xfe, 0x22])],
  ["another schema", "schema", () => ({ hello: "world" })],
  ["no rows", "schema", () => batch([])],
  ["501 rows", "schema", () => batch(trackRows(501))],
  ["a box outside the frame", "schema", () => batch([trackRow({ box: [0, 0, 2, 1] })])],
  [
    "a sequence number that is none",
    "schema",
    () => ({ ...batch(trackRows(1)), firstSeq: 2 ** 53 }),
  ],
  ["a last sequence number", "schema", () => ({ ...batch(trackRows(2)), firstSeq: 2 ** 53 - 2 })],
  ["10 MB", "too-large", () => Buffer.alloc(10_000_000, 0x20)],
  ["a gzip bomb", "gzip-bomb", () => gzipSync(Buffer.alloc(500_000_000))],
  ["gzip that is cut short", "bad-gzip", () => gzipSync(Buffer.from("{}")).subarray(0, 12)],
  ["another node's batch", "wrong-node", () => ({ ...batch(trackRows(1)), nodeId: "node-b" })],
];

test.each(BAD)(
  "%s is a dead letter (%s), and the next batch is stored",
  async (_what, reason, make) => {
    const before = await newestLetter();
    const message = make();
    await node.send("events", message);
    expect(await node.sendForAck(1, trackRows(3))).toEqual({ epoch: node.epoch, committedSeq: 3 });
    const letter = await newestLetter();
    expect(letter).not.toEqual(before);
    const bytes = Buffer.isBuffer(message)
      ? message.length
      : Buffer.byteLength(JSON.stringify(message));
    expect(letter).toMatchObject({
      reason,
      payload_bytes: String(bytes),
      kept: Math.min(bytes, 4_096),
    });
    await waitUntil(async () => {
      const [row] = await cloud.database.query("select 1 from ingest_counters where reason = $1", [
        reason,
      ]);
      return row !== undefined;
    });
  },
);

test("JSON of every kind is taken as a bad message at most, and batches go on between", async () => {
  const folder = new URL("json/", TEST_DATA);
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  expect(files.length).toBeGreaterThan(300);
  const [{ n: before } = { n: 0 }] = await cloud.database.query<{ n: number }>(
    "select count(*)::int as n from dead_letters",
  );
  const linesBefore = cloud.log.length;
  let seq = 1;
  for (const [index, name] of files.entries()) {
    await node.send("events", readFileSync(new URL(encodeURIComponent(name), folder)));
    if (index % 50 !== 0) continue;
    expect(await node.sendForAck(seq, trackRows(1))).toMatchObject({ committedSeq: seq });
    seq += 1;
  }
  await node.sendForAck(seq, trackRows(1));
  const [{ n: after } = { n: 0 }] = await cloud.database.query<{ n: number }>(
    "select count(*)::int as n from dead_letters",
  );
  expect(after - before).toBe(files.length);
  // Counted, not written out: a few lines a period for hundreds of bad messages.
  const lines = cloud.log.slice(linesBefore).filter(({ reason }) => reason !== undefined);
  expect(lines.length).toBeLessThan(10);
});

test("JSON of every kind on the other topics disturbs nothing either", async () => {
  const folder = new URL("json/", TEST_DATA);
  for (const name of readdirSync(folder)) {
    const payload = readFileSync(new URL(encodeURIComponent(name), folder));
    if (payload.length === 0) continue;
    for (const suffix of ["status", "telemetry", "replies"] as const) {
      await node.client.publishAsync(`sentinel/v1/nodes/node-a/${suffix}`, payload, { qos: 0 });
    }
  }
  await node.send("status", onlineStatus("Gate"));
  await waitUntil(async () => (await cameraNames()).get("gate-1") === "Gate");
});

test("names that break programs are stored and told as they are, but for what text cannot hold", async () => {
  const strings = JSON.parse(
    readFileSync(new URL("strings/blns.json", TEST_DATA), "utf8"),
  ) as string[];
  const names = [...strings, "null\u0000byte", "half \ud83d pair"].filter(
    (name) => name.length >= 1 && name.length <= 100,
  );
  expect(names.length).toBeGreaterThan(400);
  await node.send("status", {
    ...onlineStatus("Gate"),
    cameras: names.map((name, index) => ({ ...camera(name), cameraId: `camera-${index}` })),
  });
  await waitUntil(async () => (await cameraNames()).size >= names.length);
  const stored = await cameraNames();
  for (const [index, name] of names.entries()) {
    const expected = name.toWellFormed().replaceAll("\u0000", "\ufffd");
    expect(stored.get(`camera-${index}`)).toBe(expected);
  }
  const rows = names.map((className) => trackRow({ className }));
  const [first, second] = [rows.slice(0, 300), rows.slice(300)];
  expect(await node.sendForAck(1, first)).toMatchObject({ committedSeq: 300 });
  expect(await node.sendForAck(301, second)).toMatchObject({ committedSeq: rows.length });
  // Sent again they are the same rows still.
  expect(await node.sendForAck(1, first)).toMatchObject({ committedSeq: rows.length });
  expect(await node.sendForAck(301, second)).toMatchObject({ committedSeq: rows.length });
  const letters = await cloud.database.query(
    "select detail from dead_letters where reason = 'seq-going-back'",
  );
  expect(letters).toEqual([]);
});

async function cameraNames(): Promise<Map<string, string>> {
  const answer = await fetch(`${cloud.httpUrl}/api/trpc/cameras.list`, {
    headers: SERVICE_HEADERS,
  });
  const { result } = (await answer.json()) as {
    result: { data: { cameraId: string; name: string }[] };
  };
  return new Map(result.data.map(({ cameraId, name }) => [cameraId, name]));
}

function camera(name: string) {
  return {
    cameraId: "gate-1",
    name,
    state: "live",
    since: 1,
    fault: null,
    nextAttemptAt: null,
    width: 640,
    height: 480,
  };
}

function onlineStatus(name: string) {
  return {
    online: true,
    nodeId: "node-a",
    at: Date.now(),
    agentVersion: "1",
    startedAt: 1,
    epoch: node.epoch,
    lastSeq: 0,
    model: null,
    cameras: [camera(name)],
  };
}
