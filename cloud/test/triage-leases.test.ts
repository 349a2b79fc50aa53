import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { holdItems, releaseItems, skipItem } from "../src/triage/leases.ts";
import { undoAnswer } from "../src/triage/undo.ts";
import { person, TriageFixture } from "./triage-fixture.ts";

const PAGE = "11111111-1111-4111-8111-111111111111";
const OTHER_PAGE = "22222222-2222-4222-8222-222222222222";

let fixture: TriageFixture;

beforeAll(async () => {
  fixture = await TriageFixture.start();
});
afterAll(() => fixture.stop());
beforeEach(() => fixture.clear());

const ids = (items: { itemId: string }[]) => items.map(({ itemId }) => itemId);
const lapse = () => fixture.query("update triage_items set leased_until = 1");

test("two pages of one person do not get the same item; the same page gets its own again", async () => {
  const [first, second] = [
    await fixture.item({ priority: 2 }),
    await fixture.item({ priority: 1.5 }),
  ];
  expect(ids(await fixture.next("mara", { page: PAGE }))).toEqual([first]);
  expect(ids(await fixture.next("mara", { page: OTHER_PAGE }))).toEqual([second]);
  expect(ids(await fixture.next("mara", { page: OTHER_PAGE, holding: [second] }))).toEqual([]);
  expect(ids(await fixture.next("mara", { page: PAGE }))).toEqual([first]);
});

test("a lease is renewed while the page says so, also one that lapsed unless somebody took it", async () => {
  const [kept, taken] = [
    await fixture.item({ priority: 2 }),
    await fixture.item({ priority: 1.5 }),
  ];
  const page = { itemIds: [kept, taken], page: PAGE };
  await fixture.next("mara", { page: PAGE, count: 2 });
  await lapse();
  expect((await holdItems(fixture.database, person("mara"), page)).sort()).toEqual(
    [kept, taken].sort(),
  );
  expect(await fixture.next("jon", { count: 2 })).toEqual([]);
  await fixture.query("update triage_items set leased_until = 1 where item_id = $1", [taken]);
  expect(ids(await fixture.next("jon", { count: 2 }))).toEqual([taken]);
  expect(await holdItems(fixture.database, person("mara"), page)).toEqual([kept]);
});

test("what is given back is there for others at once; others' leases are not touched", async () => {
  const itemId = await fixture.item();
  await fixture.next("mara", { page: PAGE });
  await releaseItems(fixture.database, person("jon"), { itemIds: [itemId], page: PAGE });
  await releaseItems(fixture.database, person("mara"), { itemIds: [itemId], page: OTHER_PAGE });
  expect(await fixture.next("jon")).toEqual([]);
  await releaseItems(fixture.database, person("mara"), { itemIds: [itemId], page: PAGE });
  expect(ids(await fixture.next("jon"))).toEqual([itemId]);
  await skipItem(fixture.database, person("mara"), itemId);
  expect(await fixture.next("mara")).toEqual([]);
});

test("an answer that is taken back belongs to the page that took it back; named twice it is taken back once", async () => {
  const [first, second] = [await fixture.item(), await fixture.item()];
  const early = await fixture.answer("mara", first);
  const late = await fixture.answer("mara", second);
  const undo = (answerId: string | null) =>
    undoAnswer(fixture.database, person("mara"), { answerId, page: PAGE });
  expect((await undo(late))?.itemId).toBe(second);
  expect((await undo(late))?.itemId).toBe(second);
  expect(await fixture.next("jon", { count: 5 })).toEqual([]);
  expect(await fixture.next("mara", { page: OTHER_PAGE })).toEqual([]);
  const rows = await fixture.query("select undone_at is not null as undone from annotations");
  expect(rows.filter(({ undone }) => undone === true)).toHaveLength(1);
  await expect(
    undoAnswer(fixture.database, person("jon"), { answerId: early, page: null }),
  ).rejects.toThrow("You gave no answer");
  await fixture.query("update annotations set superseded_at = 9 where annotation_id = $1", [early]);
  await expect(undo(early)).rejects.toThrow("Another answer has replaced");
});

test("answers are taken back in their order, also where the clock went back between them", async () => {
  const [first, second] = [await fixture.item(), await fixture.item()];
  await fixture.answer("mara", first);
  await fixture.query("update annotations set at = at + 60000");
  await fixture.answer("mara", second);
  const undo = () => undoAnswer(fixture.database, person("mara"), { answerId: null, page: null });
  expect([(await undo())?.itemId, (await undo())?.itemId]).toEqual([second, first]);
  expect(await undo()).toBeNull();
});

test("the pictures beside a question are the same track's, then the camera's within ten minutes", async () => {
  const eventId = "018f0000-0000-7000-8000-00000000000a";
  const sha = (digit: string) => digit.repeat(64);
  const track = async (seq: number, capturedAt: number, picture: string) =>
    fixture.query(
      `insert into event_log (node_id, epoch, seq, through_seq, kind, event_id, camera_id, row, committed_at)
       values ('node-a', $1, $2, $2, 'improved', $1, 'gate-1', $3, 1)`,
      [eventId, seq, { capturedAt, snapshot: { sha256: picture } }],
    );
  await track(1, 600_000, sha("1"));
  await track(2, 601_000, sha("2"));
  await track(3, 602_000, sha("3"));
  await track(4, 603_000, sha("4"));
  // The fourth has not arrived.
  for (const digit of ["1", "2", "3"]) {
    await fixture.query("insert into arrived_snapshots values ('node-a', $1, 1)", [sha(digit)]);
  }
  for (const [digit, startedAt] of [
    ["5", 590_000],
    ["6", 620_000],
    ["7", 9_000_000],
  ] as const) {
    await fixture.query(
      `insert into events (event_id, node_id, camera_id, epoch, class_id, class_name, score, box, frames,
         started_at, last_at, state, model_digest, snapshot_sha256, snapshot_stored_at, last_row_id)
       values ($1, 'node-a', 'gate-1', $1, 0, 'person', 0.9, '{0,0,1,1}', 1, $2, $2, 'open', 'm', $3, 1, 1)`,
      [`018f0000-0000-7000-8000-00000000000${digit}`, startedAt, sha(digit)],
    );
  }
  await fixture.item({ eventId, picture: sha("2") });
  const [item] = await fixture.next("mara");
  expect(item?.capturedAt).toBe(601_000);
  expect(item?.neighbours).toEqual({
    before: [
      { picture: sha("5"), capturedAt: 590_000, of: "camera" },
      { picture: sha("1"), capturedAt: 600_000, of: "track" },
    ],
    after: [
      { picture: sha("3"), capturedAt: 602_000, of: "track" },
      { picture: sha("6"), capturedAt: 620_000, of: "camera" },
    ],
  });
});
