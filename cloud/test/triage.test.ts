import { createHash } from "node:crypto";
import { pino } from "pino";
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { BlobStore } from "../src/blobs/blob-store.ts";
import { Postgres } from "../src/database/postgres.ts";
import { seededRandom } from "../src/evaluation/seeded-random.ts";
import { leaseNext } from "../src/triage/leases.ts";
import { connectApi } from "./api-client.ts";
import { type RunningCloud, startCloud } from "./running-cloud.ts";
import { uuidV7 } from "./uuid-v7.ts";

let cloud: RunningCloud;
let connection: ReturnType<typeof connectApi>;
let database: Postgres;

beforeAll(async () => {
  cloud = await startCloud({});
  connection = connectApi(cloud.httpUrl);
  database = new Postgres({ url: cloud.database.url, logger: pino({ level: "silent" }) });
});
afterAll(async () => {
  await connection.close();
  await database.stop();
  await cloud.stop();
});
beforeEach(async () => {
  await cloud.database.query("delete from annotations", []);
  await cloud.database.query("delete from triage_items", []);
  await cloud.database.query(
    `insert into nodes (node_id, first_seen_at, last_seen_at) values ('node-a', 1, 1)
     on conflict do nothing`,
    [],
  );
  await cloud.database.query(
    `insert into node_models (node_id, digest, name, licence, input_size, class_names, first_seen_at, last_seen_at)
     values ('node-a', $1, 'm', 'x', 320, '["person", "car"]', 1, 1) on conflict do nothing`,
    ["a".repeat(64)],
  );
});

/** An open question; the higher its priority the earlier it is asked. */
async function item(
  change: { className?: string | null; priority?: number } = {},
): Promise<string> {
  const itemId = uuidV7();
  await cloud.database.query(
    `insert into triage_items (item_id, node_id, camera_id, reason, class_id, class_name, score, box,
       picture, width, height, crop, model_digest, captured_at, made_at, phash, priority)
     values ($1, 'node-a', 'gate-1', 'score-band', 0, $2, 0.5, '{0.1,0.1,0.5,0.5}', $3, 320, 240,
       '{0,0,1,1}', $4, 5, 5, $5, $6)`,
    [
      itemId,
      change.className === undefined ? "person" : change.className,
      createHash("sha256").update(itemId).digest("hex"),
      "a".repeat(64),
      itemId.replaceAll("-", "").slice(-16),
      change.priority ?? 1,
    ],
  );
  return itemId;
}

const person = (id: string) => ({ id, name: id, role: "operator" as const });
const next = (id: string, count: number, holding: string[] = []) =>
  leaseNext(database, person(id), { className: "person", count, holding });
const annotations = () =>
  cloud.database.query<{ verdict: string; superseded: boolean; boxes: unknown }>(
    `select verdict, superseded_at is not null as superseded, boxes from annotations order by at`,
    [],
  );

test("two people who ask at once never get the same item, the best ones come first", async () => {
  const ids = await Promise.all(
    Array.from({ length: 20 }, (_, index) => item({ priority: index })),
  );
  const asked = await Promise.all([next("mara", 6), next("jon", 6), next("ada", 8)]);
  const [first, second, last] = asked;
  expect(first).toHaveLength(6);
  const others = [...(second ?? []), ...(last ?? [])].map(({ itemId }) => itemId);
  expect(new Set(others).size).toBe(14);
  for (const { itemId } of first ?? []) expect(others).not.toContain(itemId);
  expect(asked.flat().map(({ itemId }) => itemId)).toEqual(expect.arrayContaining(ids));
  expect(first?.[0]).toMatchObject({ className: "person", classNames: ["person", "car"] });
});

test("an answer becomes an annotation; sent again it changes nothing; undone it is asked again", async () => {
  const itemId = await item();
  const { api } = connection;
  const { items } = await api.triage.next.mutate({ className: "person", count: 3, holding: [] });
  expect(items.map((leased) => leased.itemId)).toEqual([itemId]);
  const answer = {
    annotationId: crypto.randomUUID(),
    itemId,
    verdict: "class" as const,
    boxes: [{ classId: 1, box: [0.1, 0.1, 0.5, 0.5] as [number, number, number, number] }],
    decisionMs: 700,
  };
  await api.triage.answer.mutate(answer);
  await api.triage.answer.mutate(answer);
  expect(await annotations()).toEqual([
    {
      verdict: "class",
      superseded: false,
      boxes: [{ classId: 1, className: "car", box: [0.1, 0.1, 0.5, 0.5] }],
    },
  ]);
  expect((await api.triage.summary.query()).open).toBe(0);
  expect(await api.triage.stats.query()).toMatchObject({ answered: 1, medianDecisionMs: 700 });
  const undone = await api.triage.undo.mutate();
  expect(undone.item?.itemId).toBe(itemId);
  expect((await annotations())[0]).toMatchObject({ superseded: true });
  expect((await api.triage.undo.mutate()).item).toBeNull();
  await api.triage.answer.mutate({
    ...answer,
    annotationId: crypto.randomUUID(),
    verdict: "reject",
    boxes: [],
  });
  expect(await annotations()).toHaveLength(2);
});

test("answers are taken back one after another, without limit", async () => {
  const { api } = connection;
  const ids: string[] = [];
  for (let index = 0; index < 5; index++) {
    const itemId = await item({ priority: 9 - index });
    ids.push(itemId);
    const annotationId = crypto.randomUUID();
    await api.triage.answer.mutate({ annotationId, itemId, verdict: "reject" });
  }
  const undone: (string | undefined)[] = [];
  for (let index = 0; index < 5; index++)
    undone.push((await api.triage.undo.mutate()).item?.itemId);
  expect(undone).toEqual(ids.toReversed());
});

test("what cannot be is refused, and says what would be right", async () => {
  const { api } = connection;
  const itemId = await item();
  const annotationId = crypto.randomUUID();
  const box: [number, number, number, number] = [0.1, 0.1, 0.2, 0.2];
  const send = (change: object) =>
    api.triage.answer.mutate({ annotationId, itemId, verdict: "boxes", ...change });
  await expect(send({ itemId: crypto.randomUUID(), boxes: [{ classId: 0, box }] })).rejects.toThrow(
    "There is no item",
  );
  await expect(send({ boxes: [{ classId: 7, box }] })).rejects.toThrow("accepted: 0 to 1");
  await expect(send({ boxes: [] })).rejects.toThrow("at least one box");
  await expect(send({ boxes: [{ classId: 0, box: [0.9, 0, 0.2, 0.2] }] })).rejects.toThrow(
    "within",
  );
  await expect(send({ verdict: "reject", boxes: [{ classId: 0, box }] })).rejects.toThrow("none");
  await next("jon", 1);
  await expect(send({ boxes: [{ classId: 0, box }] })).rejects.toThrow("Somebody else");
  expect(await annotations()).toEqual([]);
});

test("a skipped item goes behind the others of its class", async () => {
  const { api } = connection;
  const [first, second] = [await item({ priority: 2 }), await item({ priority: 1.5 })];
  await api.triage.skip.mutate({ itemId: first });
  const { items } = await api.triage.next.mutate({ className: "person", count: 1, holding: [] });
  expect(items[0]?.itemId).toBe(second);
});

/** A store that holds these pictures. */
function storeOf(pictures: ReadonlyMap<string, Buffer>): Pick<BlobStore, "read"> {
  return {
    read: async (key) => {
      const sha256 = key.split("/").at(-1)?.replace(".jpg", "") ?? "";
      const picture = pictures.get(sha256);
      if (picture === undefined) return null;
      const { Readable } = await import("node:stream");
      return { sizeBytes: picture.length, stream: Readable.from([picture]) };
    },
  };
}

test("the rules' pictures become items once; what looks the same is never asked", async () => {
  const { TriageItemMaker } = await import("../src/triage/item-maker.ts");
  const paint = (seed: number, quality: number) => {
    const random = seededRandom(seed);
    const pixels = Array.from({ length: 12 * 9 * 3 }, () => random() * 255);
    return sharp(Buffer.from(pixels), { raw: { width: 12, height: 9, channels: 3 } })
      .resize(320, 240)
      .jpeg({ quality })
      .toBuffer();
  };
  const pictures = new Map<string, Buffer>();
  const events: [string, number][] = [];
  for (const [seed, quality, score] of [
    [1, 90, 0.5],
    [1, 70, 0.52],
    [4, 90, 0.55],
    [3, 90, 0.99],
  ] as const) {
    const picture = await paint(seed, quality);
    const sha256 = createHash("sha256").update(picture).digest("hex");
    pictures.set(sha256, picture);
    events.push([sha256, score]);
  }
  for (const [index, [sha256, score]] of events.entries()) {
    // The last digits decide the random audit: these are none of one in twenty.
    const eventId = `${uuidV7().slice(0, -6)}00000${index + 1}`;
    await cloud.database.query(
      `insert into events (event_id, node_id, camera_id, epoch, class_id, class_name, score, box, frames,
         started_at, last_at, ended_at, state, model_digest, snapshot_sha256, snapshot_width,
         snapshot_height, snapshot_crop, snapshot_stored_at, last_row_id)
       values ($1, 'node-a', 'gate-1', $2, 0, 'person', $3, '{0.2,0.2,0.2,0.2}', 50, $5, $5, $5,
         'ended', $6, $4, 320, 240, '{0.1,0.1,0.5,0.5}', 1, 1)`,
      [eventId, uuidV7(), score, sha256, 1000 + index * 10_000, "a".repeat(64)],
    );
  }
  const maker = new TriageItemMaker({
    database,
    blobs: storeOf(pictures) as BlobStore,
    logger: pino({ level: "silent" }),
  });
  await maker.look();
  await maker.look();
  const items = await cloud.database.query<{ state: string; reason: string; box: number[] }>(
    "select state, reason, box from triage_items order by captured_at",
    [],
  );
  expect(items.map(({ state, reason }) => [state, reason])).toEqual([
    ["open", "score-band"],
    ["duplicate", "score-band"],
    ["open", "score-band"],
  ]);
  expect(items[0]?.box).toEqual([0.2, 0.2, 0.4, 0.4].map((value) => expect.closeTo(value, 6)));
});
