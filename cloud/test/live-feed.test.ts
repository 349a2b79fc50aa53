import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EVENT_LOG_CHANNEL } from "../src/database/channels.ts";
import { Postgres } from "../src/database/postgres.ts";
import { EventFeed } from "../src/live/event-feed.ts";
import { RowCursor } from "../src/live/row-cursor.ts";
import { connectApi } from "./api-client.ts";
import { EdgeNode } from "./edge-node.ts";
import { type RunningCloud, startCloud } from "./running-cloud.ts";
import { trackRow, trackRows } from "./sample-rows.ts";
import { uuidV7 } from "./uuid-v7.ts";
import { waitUntil } from "./wait-until.ts";

let cloud: RunningCloud;

beforeAll(async () => {
  cloud = await startCloud({ "node-a": "secret" });
});
afterAll(() => cloud.stop());

/** Subscribes by WebSocket; what is told lands in `told`. */
function follow(input: { afterRowId?: number; lastEventId?: string }) {
  const { api, close } = connectApi(cloud.httpUrl);
  const told: { id: string; rowId: number; eventId: string; kind: string }[] = [];
  let started = false;
  api.live.events.subscribe(input, {
    onStarted: () => {
      started = true;
    },
    onData: ({ id, data }) =>
      told.push({ id, rowId: data.rowId, eventId: data.event.eventId, kind: data.kind }),
  });
  return { told, close, started: () => waitUntil(() => started) };
}

test("a follower is told what it missed and then what comes, each row once", async () => {
  const node = await EdgeNode.connect(cloud.mqttUrl, "node-a", "secret");
  const rows = trackRows(30);
  await node.sendForAck(1, rows.slice(0, 10));
  const follower = follow({ afterRowId: 0 });
  await node.sendForAck(11, rows.slice(10, 20));
  await waitUntil(() => follower.told.length >= 20);
  const last = follower.told.at(-1);
  await follower.close();
  await node.sendForAck(21, rows.slice(20));
  const again = follow({ lastEventId: last?.id ?? "" });
  await waitUntil(() => again.told.length >= 10);
  await node.sendForAck(31, [trackRow()]);
  await waitUntil(() => again.told.length >= 11);
  await again.close();
  const told = [...follower.told, ...again.told].map(({ eventId }) => eventId);
  expect(told.slice(0, 30)).toEqual(rows.map(({ eventId }) => eventId));
  expect(new Set(told).size).toBe(31);
  await node.stop();
});

test("without a cursor a follower is told only what comes", async () => {
  const node = await EdgeNode.connect(cloud.mqttUrl, "node-a", "secret");
  const follower = follow({});
  await follower.started();
  await delay(300);
  const row = trackRow({ className: "bicycle" });
  await node.sendForAck(1, [row]);
  await waitUntil(() => follower.told.length > 0);
  expect(follower.told).toEqual([expect.objectContaining({ eventId: row.eventId, kind: "began" })]);
  await follower.close();
  await node.stop();
});

/** Writers commit log rows of their own at will, as ingest processes do, but slower. */
class SlowWriter {
  readonly client = new pg.Client({ connectionString: cloud.database.url });
  readonly #nodeId = `writer-${uuidV7().slice(-12)}`;
  readonly #epoch = uuidV7();
  #seq = 0;

  /** Begins a transaction and takes a row id in it. */
  async insert(): Promise<number> {
    this.#seq += 1;
    const row = trackRow();
    await this.client.query("begin");
    await this.client.query(
      `insert into events (event_id, node_id, camera_id, epoch, class_id, class_name, score, box,
         frames, started_at, last_at, state, model_digest, last_row_id)
       values ($1, $2, 'gate-1', $3, 0, 'person', 0.5, '{0,0,1,1}', 1, 1, 1, 'open', 'x', 0)`,
      [row.eventId, this.#nodeId, this.#epoch],
    );
    const { rows } = await this.client.query<{ id: string }>(
      `insert into event_log (node_id, epoch, seq, through_seq, kind, event_id, camera_id, row, committed_at)
       values ($1, $2, $3, $3, 'began', $4, 'gate-1', '{}', 1) returning id`,
      [this.#nodeId, this.#epoch, this.#seq, row.eventId],
    );
    await this.client.query("select pg_notify($1, '')", [EVENT_LOG_CHANNEL]);
    return Number(rows[0]?.id);
  }
}

async function writers(count: number): Promise<SlowWriter[]> {
  const made = Array.from({ length: count }, () => new SlowWriter());
  for (const writer of made) await writer.client.connect();
  return made;
}

test("a row that commits after one with a higher id is told, also to who came back in between", async () => {
  const [first, second, third] = (await writers(3)) as [SlowWriter, SlowWriter, SlowWriter];
  const follower = follow({});
  await follower.started();
  await delay(300);
  const ids = [await first.insert(), await second.insert(), await third.insert()];
  await third.client.query("commit");
  await waitUntil(() => follower.told.length === 1);
  const gone = follower.told.at(-1);
  await follower.close();
  await first.client.query("commit");
  const again = follow({ lastEventId: gone?.id ?? "" });
  await waitUntil(() => again.told.length === 1);
  await second.client.query("rollback");
  const next = await second.insert();
  await second.client.query("commit");
  await waitUntil(() => again.told.length === 2);
  await delay(200);
  expect([...follower.told, ...again.told].map(({ rowId }) => rowId)).toEqual([
    ids[2],
    ids[0],
    next,
  ]);
  await again.close();
  for (const { client } of [first, second, third]) await client.end();
});

test("many writers in any order, rollbacks, followers that come and go: every row once", async () => {
  const postgres = new Postgres({ url: cloud.database.url, logger: pino({ level: "silent" }) });
  const feed = new EventFeed({ reads: postgres.reads, logger: pino({ level: "silent" }) });
  feed.start();
  const listener = new pg.Client({ connectionString: cloud.database.url });
  await listener.connect();
  listener.on("notification", () => feed.notify());
  await listener.query(`listen ${EVENT_LOG_CHANNEL}`);
  const [{ max: since } = { max: 0 }] = await cloud.database.query<{ max: number }>(
    "select max(id)::int from event_log",
  );

  const over = new AbortController();
  const told: number[][] = [];
  const following = Array.from({ length: 4 }, async (_, index) => {
    const had: number[] = [];
    told.push(had);
    let cursor = new RowCursor(since);
    while (!over.signal.aborted) {
      // Every follower but the first leaves after a while and comes back with its cursor.
      const leave =
        index === 0 ? over.signal : AbortSignal.any([over.signal, AbortSignal.timeout(30 * index)]);
      for await (const row of feed.follow(cursor, leave)) {
        had.push(row.rowId);
        cursor = RowCursor.parse(row.cursor) as RowCursor;
        if (leave.aborted) break;
      }
    }
  });

  const committed: number[] = [];
  const pool = await writers(6);
  await Promise.all(
    pool.map(async (writer) => {
      for (let n = 0; n < 40; n += 1) {
        const id = await writer.insert();
        await delay(Math.random() * 25);
        const keep = Math.random() < 0.8;
        await writer.client.query(keep ? "commit" : "rollback");
        if (keep) committed.push(id);
      }
    }),
  );
  await waitUntil(() => told.every((had) => new Set(had).size >= committed.length));
  await delay(300);
  over.abort();
  await Promise.all(following);
  const expected = committed.toSorted((a, b) => a - b);
  for (const had of told) expect(had.toSorted((a, b) => a - b)).toEqual(expected);
  for (const { client } of pool) await client.end();
  await listener.end();
  await feed.stop();
  await postgres.stop();
});

test("a follower that takes nothing while thousands of rows come is told them all", async () => {
  const node = await EdgeNode.connect(cloud.mqttUrl, "node-a", "secret");
  const postgres = new Postgres({ url: cloud.database.url, logger: pino({ level: "silent" }) });
  const feed = new EventFeed({ reads: postgres.reads, logger: pino({ level: "silent" }) });
  feed.start();
  const stop = new AbortController();
  const rows = feed.follow(null, stop.signal);
  const first = rows.next();
  await delay(300);
  for (let seq = 1; seq <= 3_001; seq += 300) {
    await node.sendForAck(seq, trackRows(seq === 3_001 ? 1 : 300));
    feed.notify();
  }
  const had = [(await first).value?.rowId];
  while (had.length < 3_001) had.push((await rows.next()).value?.rowId);
  expect(new Set(had).size).toBe(3_001);
  stop.abort();
  await rows.return();
  await feed.stop();
  await postgres.stop();
  await node.stop();
});
