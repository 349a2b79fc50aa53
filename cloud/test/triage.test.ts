import { createHash } from "node:crypto";
import { pino } from "pino";
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { BlobStore } from "../src/blobs/blob-store.ts";
import { seededRandom } from "../src/evaluation/seeded-random.ts";
import { MODEL, TriageFixture } from "./triage-fixture.ts";
import { uuidV7 } from "./uuid-v7.ts";

let fixture: TriageFixture;

beforeAll(async () => {
  fixture = await TriageFixture.start();
});
afterAll(() => fixture.stop());
beforeEach(() => fixture.clear());

const annotations = () =>
  fixture.query<{ verdict: string; superseded: boolean; boxes: unknown }>(
    `select verdict, superseded_at is not null as superseded, boxes from annotations order by at`,
    [],
  );

test("two people who ask at once never get the same item, the best ones come first", async () => {
  const ids = await Promise.all(
    Array.from({ length: 20 }, (_, index) => fixture.item({ priority: index })),
  );
  const asked = await Promise.all([
    fixture.next("mara", { count: 6 }),
    fixture.next("jon", { count: 6 }),
    fixture.next("ada", { count: 8 }),
  ]);
  const [first, second, last] = asked;
  expect(first).toHaveLength(6);
  const others = [...(second ?? []), ...(last ?? [])].map(({ itemId }) => itemId);
  expect(new Set(others).size).toBe(14);
  for (const { itemId } of first ?? []) expect(others).not.toContain(itemId);
  expect(asked.flat().map(({ itemId }) => itemId)).toEqual(expect.arrayContaining(ids));
  expect(first?.[0]).toMatchObject({ className: "person", classNames: ["person", "car"] });
});

test("an answer becomes an annotation; sent again it changes nothing; undone it is asked again", async () => {
  const itemId = await fixture.item();
  const { api } = fixture;
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
  const undone = await api.triage.undo.mutate({});
  expect(undone.item?.itemId).toBe(itemId);
  expect((await annotations())[0]).toMatchObject({ superseded: true });
  expect((await api.triage.undo.mutate({})).item).toBeNull();
  await api.triage.answer.mutate({
    ...answer,
    annotationId: crypto.randomUUID(),
    verdict: "reject",
    boxes: [],
  });
  expect(await annotations()).toHaveLength(2);
});

test("answers are taken back one after another, without limit", async () => {
  const { api } = fixture;
  const ids: string[] = [];
  for (let index = 0; index < 5; index++) {
    const itemId = await fixture.item({ priority: 9 - index });
    ids.push(itemId);
    const annotationId = crypto.randomUUID();
    await api.triage.answer.mutate({ annotationId, itemId, verdict: "reject" });
  }
  const undone: (string | undefined)[] = [];
  for (let index = 0; index < 5; index++)
    undone.push((await api.triage.undo.mutate({})).item?.itemId);
  expect(undone).toEqual(ids.toReversed());
});

test("what cannot be is refused, and says what would be right", async () => {
  const { api } = fixture;
  const itemId = await fixture.item();
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
  await fixture.next("jon");
  await expect(send({ boxes: [{ classId: 0, box }] })).rejects.toThrow("Somebody else");
  expect(await annotations()).toEqual([]);
});

test("a skipped item goes behind the others of its class", async () => {
  const { api } = fixture;
  const [first, second] = [
    await fixture.item({ priority: 2 }),
    await fixture.item({ priority: 1.5 }),
  ];
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
    await fixture.query(
      `insert into events (event_id, node_id, camera_id, epoch, class_id, class_name, score, box, frames,
         started_at, last_at, ended_at, state, model_digest, snapshot_sha256, snapshot_width,
         snapshot_height, snapshot_crop, snapshot_stored_at, last_row_id)
       values ($1, 'node-a', 'gate-1', $2, 0, 'person', $3, '{0.2,0.2,0.2,0.2}', 50, $5, $5, $5,
         'ended', $6, $4, 320, 240, '{0.1,0.1,0.5,0.5}', 1, 1)`,
      [eventId, uuidV7(), score, sha256, 1000 + index * 10_000, MODEL],
    );
  }
  const maker = new TriageItemMaker({
    database: fixture.database,
    blobs: storeOf(pictures) as BlobStore,
    logger: pino({ level: "silent" }),
  });
  await maker.look();
  await maker.look();
  const items = await fixture.query<{ state: string; reason: string; box: number[] }>(
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
