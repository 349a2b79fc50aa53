import pg from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { SERVICE_HEADERS } from "./api-client.ts";
import { EdgeNode } from "./edge-node.ts";
import { type RunningCloud, startCloud } from "./running-cloud.ts";
import { gapRow, motionRow, trackRow, trackRows } from "./sample-rows.ts";
import { waitUntil } from "./wait-until.ts";

let cloud: RunningCloud;
const nodes: EdgeNode[] = [];

beforeAll(async () => {
  cloud = await startCloud({ "node-a": "secret-a", "node-b": "secret-b" });
});
afterAll(() => cloud.stop());
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop();
});

async function connect(nodeId: "node-a" | "node-b"): Promise<EdgeNode> {
  const node = await EdgeNode.connect(cloud.mqttUrl, nodeId, nodeId.replace("node", "secret"));
  nodes.push(node);
  return node;
}

/** Sequence numbers in the event log, `3-7` for a gap row. */
async function committed(node: EdgeNode): Promise<string[]> {
  const rows = await cloud.database.query<{ span: string }>(
    `select case when seq = through_seq then seq::text else seq || '-' || through_seq end as span
     from event_log where epoch = $1 order by seq`,
    [node.epoch],
  );
  return rows.map(({ span }) => span);
}

async function deadLetters(node: EdgeNode): Promise<{ reason: string; detail: string }[]> {
  return await cloud.database.query(
    `select reason, detail from dead_letters where node_id = $1
       and detail like '%' || $2::text || '%' order by id`,
    [node.nodeId, node.epoch],
  );
}

async function counted(reason: string): Promise<number> {
  const [row] = await cloud.database.query<{ count: string }>(
    "select count from ingest_counters where reason = $1",
    [reason],
  );
  return Number(row?.count ?? 0);
}

test("a batch becomes rows, an acknowledgement and events that can be listed", async () => {
  const node = await connect("node-a");
  const began = trackRow({ startedAt: 1_000_000 });
  const ended = {
    ...began,
    kind: "ended" as const,
    endedAt: 1_005_000,
    endReason: "left" as const,
  };
  const ack = await node.sendForAck(1, [began, trackRow({ cameraId: "yard" }), ended]);
  expect(ack).toEqual({ epoch: node.epoch, committedSeq: 3 });
  expect(await committed(node)).toEqual(["1", "2", "3"]);
  const input = { cameras: [{ nodeId: "node-a", cameraId: "gate-1" }] };
  const answer = await fetch(
    `${cloud.httpUrl}/api/trpc/events.list?input=${encodeURIComponent(JSON.stringify(input))}`,
    { headers: SERVICE_HEADERS },
  );
  const { result } = (await answer.json()) as { result: { data: unknown } };
  expect(result.data).toMatchObject({
    items: [{ eventId: began.eventId, state: "ended", endedAt: 1_005_000, endReason: "left" }],
    nextCursor: null,
  });
});

test("a batch that comes again is counted, acknowledged and not stored twice", async () => {
  const node = await connect("node-a");
  const rows = trackRows(5);
  await node.sendForAck(1, rows);
  const before = await counted("repeat");
  expect(await node.sendForAck(1, rows)).toMatchObject({ committedSeq: 5 });
  expect(await node.sendForAck(3, rows.slice(2))).toMatchObject({ committedSeq: 5 });
  expect(await node.sendForAck(4, [...rows.slice(3), ...trackRows(2)])).toMatchObject({
    committedSeq: 7,
  });
  expect(await committed(node)).toEqual(["1", "2", "3", "4", "5", "6", "7"]);
  expect(await deadLetters(node)).toEqual([]);
  await waitUntil(async () => (await counted("repeat")) === before + 2);
});

test("a batch beyond the next row commits nothing and is answered with the watermark", async () => {
  const node = await connect("node-a");
  const rows = trackRows(10);
  await node.sendForAck(1, rows.slice(0, 3));
  expect(await node.sendForAck(6, rows.slice(5))).toMatchObject({ committedSeq: 3 });
  expect(await committed(node)).toEqual(["1", "2", "3"]);
  expect(await node.sendForAck(4, rows.slice(3))).toMatchObject({ committedSeq: 10 });
  expect(await committed(node)).toHaveLength(10);
});

test("a declared gap stands for its rows, also where it reaches over what is committed", async () => {
  const node = await connect("node-a");
  await node.sendForAck(1, trackRows(4));
  expect(await node.sendForAck(3, [gapRow(9), trackRow()])).toMatchObject({ committedSeq: 10 });
  expect(await committed(node)).toEqual(["1", "2", "3", "4", "5-9", "10"]);
  expect(await node.sendForAck(3, [gapRow(9), trackRow()])).toMatchObject({ committedSeq: 10 });
  const letters = await deadLetters(node);
  expect(letters).toEqual([
    {
      reason: "seq-going-back",
      detail: `epoch ${node.epoch}: rows 10 to 10 differ from what is committed`,
    },
  ]);
});

test("an unknown epoch that does not begin with 1 becomes a dead letter and is answered with 0", async () => {
  const node = await connect("node-a");
  expect(await node.sendForAck(7, trackRows(2))).toEqual({ epoch: node.epoch, committedSeq: 0 });
  expect(await committed(node)).toEqual([]);
  expect(await deadLetters(node)).toEqual([
    { reason: "unknown-epoch", detail: `epoch ${node.epoch} begins with 7` },
  ]);
  // The edge gives up what the cloud never had, and says so.
  expect(await node.sendForAck(1, [{ ...gapRow(6), reason: "cloud-behind" }, trackRow()])).toEqual({
    epoch: node.epoch,
    committedSeq: 7,
  });
});

test("of a whole batch that went back every row is kept, because its node deletes them", async () => {
  const node = await connect("node-a");
  await node.sendForAck(1, trackRows(500));
  const others = trackRows(500);
  expect(await node.sendForAck(1, others)).toMatchObject({ committedSeq: 500 });
  const [letter] = await cloud.database.query<{ payload: Buffer; whole: boolean }>(
    `select payload, length(payload) = payload_bytes as whole from dead_letters
     where reason = 'seq-going-back' and detail like '%' || $1::text || '%'`,
    [node.epoch],
  );
  expect(letter?.whole).toBe(true);
  expect(JSON.parse(letter?.payload.toString() ?? "")).toEqual(others);
});

test("a sequence that goes back with another content becomes a dead letter, not a row", async () => {
  const node = await connect("node-b");
  const fourth = trackRow();
  const rows = [...trackRows(3), fourth, ...trackRows(2)];
  await node.sendForAck(1, rows);
  const others = trackRows(3);
  const ack = await node.sendForAck(4, [fourth, ...others]);
  expect(ack).toMatchObject({ committedSeq: 7 });
  const [letter] = await cloud.database.query<{ reason: string; detail: string; payload: Buffer }>(
    "select reason, detail, payload from dead_letters where node_id = 'node-b' order by id desc",
  );
  expect(letter).toMatchObject({
    reason: "seq-going-back",
    detail: `epoch ${node.epoch}: rows 5 to 6 differ from what is committed`,
  });
  expect(JSON.parse(letter?.payload.toString() ?? "")).toEqual(others.slice(0, 2));
  const stored = await cloud.database.query(
    "select row from event_log where epoch = $1 and seq <= 6 order by seq",
    [node.epoch],
  );
  expect(stored.map(({ row }) => row)).toEqual(rows);
});

test("a node cannot write in another's name, nor change another's events", async () => {
  const a = await connect("node-a");
  const b = await connect("node-b");
  const row = trackRow();
  await a.sendForAck(1, [row]);
  await a.send("events", { nodeId: "node-b", epoch: b.epoch, firstSeq: 1, rows: [row] });
  expect(await b.sendForAck(1, [{ ...row, className: "forged" }])).toMatchObject({
    committedSeq: 1,
  });
  const events = await cloud.database.query(
    "select node_id, class_name from events where event_id = $1",
    [row.eventId],
  );
  expect(events).toEqual([{ node_id: "node-a", class_name: "person" }]);
  await waitUntil(async () => {
    const letters = await cloud.database.query(
      "select 1 from dead_letters where node_id = 'node-a' and reason = 'wrong-node'",
    );
    return letters.length === 1;
  });
});

test("an event is the sum of its rows", async () => {
  const node = await connect("node-a");
  const snapshot = (digit: string) => ({
    sha256: digit.repeat(64),
    sizeBytes: 1_000,
    width: 100,
    height: 200,
    crop: [0, 0, 0.5, 0.5] as [number, number, number, number],
  });
  const began = trackRow({ startedAt: 5_000_000, score: 0.5, snapshot: snapshot("1") });
  await node.sendForAck(1, [began]);
  const better = { ...began, kind: "improved" as const, score: 0.9, snapshot: snapshot("2") };
  const ended = {
    ...better,
    kind: "ended" as const,
    capturedAt: 5_004_000,
    endedAt: 5_009_000,
    endReason: "camera-down" as const,
    snapshot: null,
  };
  await node.sendForAck(2, [better, ended]);
  const [event] = await cloud.database.query(
    `select state, score, started_at::float8, last_at::float8, ended_at::float8, end_reason,
       snapshot_sha256, snapshot_asks from events where event_id = $1`,
    [began.eventId],
  );
  expect(event).toEqual({
    state: "ended",
    score: 0.9,
    started_at: 5_000_000,
    last_at: 5_009_000,
    ended_at: 5_009_000,
    end_reason: "camera-down",
    snapshot_sha256: "2".repeat(64),
    snapshot_asks: 1,
  });
  await node.until(() => node.commands.length >= 2);
  expect(node.commands).toEqual([
    expect.objectContaining({ type: "upload-snapshot", sha256: "1".repeat(64) }),
    expect.objectContaining({ type: "upload-snapshot", sha256: "2".repeat(64) }),
  ]);
});

test("a transaction that dies half-way leaves nothing; the batch is stored once all the same", async () => {
  const node = await connect("node-a");
  await node.sendForAck(1, trackRows(2));
  // Held here, the transaction stops after its rows went into the event log and before its events.
  const holder = new pg.Client({ connectionString: cloud.database.url });
  await holder.connect();
  await holder.query("begin");
  await holder.query("lock table events in access exclusive mode");
  const sent = node.sendForAck(3, trackRows(50));
  const stuck = () =>
    cloud.database.query<{ pid: number }>(
      `select pid from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock' and query like '%into events%'`,
    );
  for (let killed = 0; killed < 2; killed += 1) {
    await waitUntil(async () => (await stuck()).length === 1);
    expect(await committed(node)).toEqual(["1", "2"]);
    const [{ pid } = { pid: 0 }] = await stuck();
    await holder.query("select pg_terminate_backend($1)", [pid]);
    await waitUntil(async () => (await stuck()).every((other) => other.pid !== pid));
  }
  expect(node.acks.at(-1)).toMatchObject({ committedSeq: 2 });
  await holder.query("commit");
  await holder.end();
  expect(await sent).toMatchObject({ committedSeq: 52 });
  expect(await committed(node)).toHaveLength(52);
  const [events] = await cloud.database.query(
    "select count(*)::int as n from events where epoch = $1",
    [node.epoch],
  );
  expect(events).toEqual({ n: 52 });
});

test("messages of other nodes go on behind a batch of the greatest size", async () => {
  const a = await connect("node-a");
  const b = await connect("node-b");
  await a.sendBatch(1, trackRows(500));
  await b.sendForAck(1, trackRows(1));
  await a.until(() => a.acks.some(({ committedSeq }) => committedSeq === 500));
  await a.sendBatch(501, trackRows(501));
  expect(await a.sendForAck(501, trackRows(1))).toMatchObject({ committedSeq: 501 });
});

test("motion without a box is kept beside the events, and its snapshot is asked for", async () => {
  const node = await connect("node-a");
  const motion = motionRow({ startedAt: 2_000_000 });
  const ack = await node.sendForAck(1, [trackRow(), motion]);
  expect(ack.committedSeq).toBe(2);
  const rows = await cloud.database.query(
    `select camera_id as "cameraId", box, snapshot_sha256 as sha256, snapshot_asks as asks
     from motion_sightings where event_id = $1`,
    [motion.eventId],
  );
  expect(rows).toEqual([
    { cameraId: "gate-1", box: motion.box, sha256: motion.snapshot.sha256, asks: 1 },
  ]);
  const events = await cloud.database.query("select 1 from events where event_id = $1", [
    motion.eventId,
  ]);
  expect(events).toEqual([]);
  await node.until(() =>
    node.commands.some((command) => JSON.stringify(command).includes(motion.snapshot.sha256)),
  );
});
