import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { CHECK_ONE_IN, hasCheckBefore, OWN_ANSWERS_AGO } from "../src/triage/checks.ts";
import { releaseItems, skipItem } from "../src/triage/leases.ts";
import { triageFigures } from "../src/triage/triage-figures.ts";
import { newestAnswer, undoAnswer } from "../src/triage/undo.ts";
import { checkedItemId, person, TriageFixture } from "./triage-fixture.ts";
import { uuidV7 } from "./uuid-v7.ts";

let fixture: TriageFixture;

beforeAll(async () => {
  fixture = await TriageFixture.start();
});
afterAll(() => fixture.stop());
beforeEach(() => fixture.clear());

const box: [number, number, number, number] = [0.1, 0.1, 0.5, 0.5];
const car = { verdict: "class", boxes: [{ classId: 1, box }] } as const;
const ids = (items: { itemId: string }[]) => items.map(({ itemId }) => itemId);
const annotations = () => fixture.query("select person_id, verdict from annotations");
const figures = (id: string) => triageFigures(fixture.database, id);
const say = (id: string, itemId: string, verdict: "reject" | "class") =>
  fixture.answer(
    id,
    itemId,
    verdict === "class" ? { ...car, boxes: [...car.boxes] } : { verdict, boxes: [] },
  );

test("about one question in twenty has a known one before it", () => {
  const drawn = Array.from({ length: 20_000 }, () => hasCheckBefore(uuidV7())).filter(Boolean);
  expect(CHECK_ONE_IN).toBe(20);
  expect(drawn.length).toBeGreaterThan(850);
  expect(drawn.length).toBeLessThan(1_150);
});

test("a known question comes before the drawn one, to one person at a time; it never becomes an annotation", async () => {
  const known = await fixture.item();
  await say("mara", known, "class");
  const drawn = await fixture.item({ itemId: checkedItemId() });
  expect(ids(await fixture.next("jon"))).toEqual([known, drawn]);
  await releaseItems(fixture.database, person("jon"), { itemIds: [drawn], page: null });
  // Jon has the known one: nobody else gets it.
  expect(ids(await fixture.next("ada"))).toEqual([drawn]);
  const answerId = await say("jon", known, "class");
  await fixture.answer("jon", known, {
    annotationId: answerId,
    ...car,
    boxes: [...car.boxes],
  });
  expect(await annotations()).toEqual([{ person_id: "mara", verdict: "class" }]);
  expect(await figures("jon")).toMatchObject({ checked: 1, agreed: 1, answered: 1, given: 0 });
  const log = await fixture.query(
    "select actor, subject from audit_log where action = 'triage.check'",
  );
  expect(log).toEqual([{ actor: "jon", subject: known }]);
  await expect(say("ada", known, "reject")).rejects.toThrow("answered this item already");
});

test("who disagrees is counted; taken back, the known question is asked again and compared anew", async () => {
  const known = await fixture.item();
  await say("mara", known, "class");
  await fixture.item({ itemId: checkedItemId() });
  await fixture.next("jon");
  const answerId = await say("jon", known, "reject");
  expect(await figures("jon")).toMatchObject({ checked: 1, agreed: 0 });
  expect(await newestAnswer(fixture.database, person("jon"))).toBe(answerId);
  const undo = () => undoAnswer(fixture.database, person("jon"), { answerId, page: null });
  expect((await undo())?.itemId).toBe(known);
  expect((await undo())?.itemId).toBe(known);
  expect(await figures("jon")).toMatchObject({ checked: 0 });
  await say("jon", known, "class");
  expect(await figures("jon")).toMatchObject({ checked: 1, agreed: 1 });
  expect(await annotations()).toHaveLength(1);
});

test("nobody is checked twice with one item; a known question that is skipped was never asked", async () => {
  const known = await fixture.item();
  await say("mara", known, "class");
  const drawn = await fixture.item({ itemId: checkedItemId() });
  expect(ids(await fixture.next("jon"))).toEqual([known, drawn]);
  await skipItem(fixture.database, person("jon"), known);
  expect(ids(await fixture.next("jon"))).toEqual([known, drawn]);
  await say("jon", known, "class");
  expect(ids(await fixture.next("jon"))).toEqual([drawn]);
});

test("one's own answer is asked again only fifty answers later", async () => {
  const own = await fixture.item();
  await say("jon", own, "class");
  for (let index = 0; index < OWN_ANSWERS_AGO - 1; index += 1) {
    await say("jon", await fixture.item({ className: "car" }), "reject");
  }
  const drawn = await fixture.item({ itemId: checkedItemId() });
  expect(ids(await fixture.next("jon"))).toEqual([drawn]);
  await say("jon", await fixture.item({ className: "car" }), "reject");
  expect(ids(await fixture.next("jon"))).toEqual([own, drawn]);
});

test("a known answer that was taken back meanwhile makes the question a question again", async () => {
  const known = await fixture.item();
  const answerId = await say("mara", known, "class");
  await fixture.item({ itemId: checkedItemId() });
  await fixture.next("jon");
  await undoAnswer(fixture.database, person("mara"), { answerId, page: null });
  await expect(say("jon", known, "reject")).rejects.toThrow("Somebody else is answering");
  await say("mara", known, "reject");
  expect(await annotations()).toHaveLength(2);
});
