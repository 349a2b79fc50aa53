import AxeBuilder from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { TcpCut } from "../../../cloud/test/tcp-cut.ts";
import { waitUntil } from "../../../cloud/test/wait-until.ts";
import { chooseClass, TriageBrowser } from "./triage-browser.ts";

type Box = [number, number, number, number];

interface Annotation extends Record<string, unknown> {
  item_id: string;
  verdict: string;
  boxes: { classId: number; className: string; box: Box }[];
  person_id: string;
  person_name: string;
  at: number;
  decision_ms: number;
}

let triage: TriageBrowser;

beforeAll(async () => {
  triage = await TriageBrowser.start();
});
afterAll(() => triage.stop());
afterEach(() => expect(triage.faults).toEqual([]));

/** What stands of the answers about a class, in the order in which they were given. */
const answers = (className: string | null) =>
  triage.query<Annotation>(
    `select a.item_id, a.verdict, a.boxes, a.person_id, a.person_name, a.at::float8 as at,
       a.decision_ms::int as decision_ms
     from annotations a join triage_items i on i.item_id = a.item_id
     where a.superseded_at is null and i.class_name is not distinct from $1 order by a.at`,
    [className],
  );
const answered = (className: string | null, count: number) =>
  waitUntil(async () => (await answers(className)).length === count);
const question = (page: Page) => page.getByRole("region", { name: "Question", exact: true });

/** Waits until another question than this one is on the screen with its picture. @returns its id. */
async function shown(page: Page, before: string | null = null): Promise<string> {
  const other = before === null ? "" : `:not([data-item="${before}"])`;
  const section = page.locator(`section[data-item]${other}:has(canvas[data-picture])`);
  await section.waitFor();
  return String(await section.getAttribute("data-item"));
}

/** What keeps people with assistive technology out (axe-core, impact serious and critical). */
async function seriousViolations(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

test("boxes are drawn, moved, resized, deleted and named, by mouse and by keyboard", async () => {
  await triage.ask("elephant", 4);
  const page = await triage.openTriage({ className: "elephant" });
  const itemId = await shown(page);
  const [item] = await triage.query<{ box: Box; width: number; height: number }>(
    "select box, width, height from triage_items where item_id = $1",
    [itemId],
  );
  if (item === undefined) throw new Error("there is no item");
  await page.keyboard.press("b");
  const says = (words: string) => page.getByText(words, { exact: true }).waitFor();
  await says("Box 1 of 1");
  for (let press = 0; press < 4; press += 1) await page.keyboard.press("ArrowLeft");
  for (let press = 0; press < 2; press += 1) await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Shift+ArrowLeft");

  // The corner beside the model's box is free: a box is drawn there, moved, and resized at its corner.
  const stage = await page.locator("[data-box-stage]").boundingBox();
  if (stage === null) throw new Error("there is no stage");
  const scale = Math.min(stage.width / item.width, stage.height / item.height);
  const [width, height] = [item.width * scale, item.height * scale];
  const [left, top] = [stage.x + (stage.width - width) / 2, stage.y + (stage.height - height) / 2];
  const drag = async (from: [number, number], to: [number, number]) => {
    await page.mouse.move(left + from[0] * width, top + from[1] * height);
    await page.mouse.down();
    await page.mouse.move(left + to[0] * width, top + to[1] * height, { steps: 6 });
    await page.mouse.up();
  };
  await drag([0.01, 0.01], [0.11, 0.08]);
  await says("Box 2 of 2");
  await page.keyboard.press("7");
  await drag([0.05, 0.05], [0.07, 0.06]);
  await drag([0.13, 0.09], [0.15, 0.12]);
  // A third one comes and goes.
  await page.keyboard.press("n");
  await says("Box 3 of 3");
  await page.keyboard.press("Tab");
  await says("Box 1 of 3");
  await page.keyboard.press("Shift+Tab");
  await says("Box 3 of 3");
  await page.keyboard.press("Delete");
  await says("Box 2 of 2");
  await page.keyboard.press("Enter");
  await answered("elephant", 1);

  const [row] = await answers("elephant");
  expect(row).toMatchObject({ item_id: itemId, verdict: "boxes" });
  expect(row?.boxes.map(({ className }) => className)).toEqual(["elephant", "dog"]);
  const [x, y, w, h] = item.box;
  const movedX = Math.max(0, x - 0.02);
  const taller = Math.min(h + 0.01, 1 - y);
  const near = (box: Box, within: number) =>
    box.map((value) => expect.closeTo(value, within)) as unknown[];
  expect(row?.boxes[0]?.box).toEqual(near([movedX, y, w - 0.005, taller], 6));
  const [bx, by, bw, bh] = row?.boxes[1]?.box ?? [];
  const drawnBox = [bx, by, bw, bh].map((value) => Math.round((value ?? 9) * 100));
  for (const [index, value] of [3, 2, 12, 10].entries()) {
    expect(Math.abs((drawnBox[index] ?? 99) - value), `${drawnBox}`).toBeLessThanOrEqual(1);
  }

  // Esc leaves without an answer.
  await page.keyboard.press("b");
  await says("Box 1 of 1");
  await page.keyboard.press("Escape");
  await shown(page);
  expect(await answers("elephant")).toHaveLength(1);
  await page.context().close();
});

test("what the model missed is drawn: the place that moved, of any class", async () => {
  await triage.askAboutMotion();
  const page = await triage.openTriage({ className: null });
  const itemId = await shown(page);
  await page.getByText("Did the model miss something here?").waitFor();
  await page.keyboard.press("a");
  expect(await page.getByRole("button", { name: "Accept" }).isDisabled()).toBe(true);
  await page.getByText("The model saw nothing here").waitFor();
  await page.keyboard.press("b");
  await page.getByText("No box yet: draw one").waitFor();
  expect(await page.getByRole("button", { name: "Keep boxes" }).isDisabled()).toBe(true);
  await page.keyboard.press("n");
  await page.keyboard.press("c");
  await page.keyboard.type("zeb");
  await page.keyboard.press("Enter");
  await page.getByText("Box 1 of 1").waitFor();
  await page.keyboard.press("Enter");
  await answered(null, 1);
  const [row] = await answers(null);
  const [item] = await triage.query("select box from triage_items where item_id = $1", [itemId]);
  expect(row).toMatchObject({
    verdict: "boxes",
    boxes: [{ className: "zebra", box: item?.box }],
  });
  await page.context().close();
});

test("answers are taken back one by one, and the page goes back to the class of each", async () => {
  await triage.ask("bird", 3);
  await triage.ask("elephant", 3);
  // One was answered before the page was opened.
  const { next, answer } = triage.api.triage;
  const [early] = (await next.mutate({ className: "bird", count: 1 })).items;
  if (early === undefined) throw new Error("there is no item");
  const wish = { annotationId: crypto.randomUUID(), itemId: early.itemId };
  await answer.mutate({ ...wish, verdict: "reject" });
  const page = await triage.openTriage({ className: "bird" });
  const bird = await shown(page);
  await page.keyboard.press("x");
  await chooseClass(page, "elephant");
  await page.getByText("Is this an elephant?").waitFor();
  const elephant = await shown(page, bird);
  await page.keyboard.press("a");
  await shown(page, elephant);
  await page.keyboard.press("Backspace");
  await page.locator(`section[data-item="${elephant}"]`).waitFor();
  await page.keyboard.press("Backspace");
  await page.locator(`section[data-item="${bird}"]`).waitFor();
  await page.getByText("Is this a bird?").waitFor();
  await page.getByText("It was a question about bird; here it is again.").waitFor();
  expect(await answers("bird")).toHaveLength(1);
  // Further back, past what this page knows of.
  await page.keyboard.press("Backspace");
  await page.locator(`section[data-item="${early.itemId}"]`).waitFor();
  expect(await answers("bird")).toEqual([]);
  await page.keyboard.press("a");
  await answered("bird", 1);
  expect((await answers("bird"))[0]).toMatchObject({ item_id: early.itemId, verdict: "accept" });
  await page.context().close();
});

test("two people never get the same question, and what one leaves the other gets", async () => {
  const open = 9;
  await triage.ask("person", open);
  // The digits that no known question comes before: what one answered is asked of nobody else.
  await triage.query(
    `update triage_items set item_id = (left(item_id::text, -6) || '000001')::uuid
     where state = 'open' and class_name = 'person'`,
  );
  const pages = [
    await triage.openTriage({ className: "person" }),
    await triage.openTriage({ className: "person", name: "Mara" }),
  ];
  const seen = await Promise.all(
    pages.map(async (page) => {
      const ids: string[] = [];
      for (let item = await shown(page); ids.length < 3; ) {
        ids.push(item);
        await page.keyboard.press("x");
        if (ids.length < 3) item = await shown(page, item);
      }
      return ids;
    }),
  );
  expect(new Set(seen.flat()).size).toBe(6);
  await answered("person", 6);
  // The first one goes to another page, the second one closes the tab: nothing stays leased.
  const leased = async () =>
    (
      await triage.query(
        "select from triage_items where state = 'open' and class_name = 'person' and leased_by is not null",
      )
    ).length;
  expect(await leased()).toBeGreaterThan(0);
  await pages[0]?.getByRole("link", { name: "Events" }).first().click();
  await pages[1]?.goto("about:blank");
  await waitUntil(async () => (await leased()) === 0);
  const last = await triage.openTriage({ className: "person" });
  let item = await shown(last);
  for (let left = open - 6; left > 0; left -= 1) {
    await last.keyboard.press("x");
    if (left > 1) item = await shown(last, item);
  }
  await last.getByText("Nothing more to ask about person").waitFor();
  await answered("person", open);
  const rows = await answers("person");
  expect(new Set(rows.map(({ item_id }) => item_id)).size).toBe(open);
  for (const page of [...pages, last]) await page.context().close();
});

test("a question that somebody else has answered comes among the others, and only the agreement is kept", async () => {
  await triage.ask("umbrella", 2);
  const { next, answer } = triage.api.triage;
  const { items } = await next.mutate({ className: "umbrella", count: 2 });
  const [known, drawn] = items.map(({ itemId }) => itemId);
  if (known === undefined || drawn === undefined) throw new Error("there are no items");
  const annotationId = crypto.randomUUID();
  await answer.mutate({ annotationId, itemId: known, verdict: "reject" });
  await triage.query("update annotations set person_id = 'mara' where annotation_id = $1", [
    annotationId,
  ]);
  // The digits that have a known question before them.
  await triage.query(
    `update triage_items set leased_by = null, leased_until = null,
       item_id = (left(item_id::text, -6) || '000000')::uuid where item_id = $1`,
    [drawn],
  );
  const page = await triage.openTriage({ className: "umbrella" });
  expect(await shown(page)).toBe(known);
  await page.keyboard.press("x");
  expect(await shown(page, known)).toBe(`${drawn.slice(0, -6)}000000`);
  await page.keyboard.press("a");
  await answered("umbrella", 2);
  const rows = await answers("umbrella");
  expect(rows.map(({ person_id, verdict }) => [person_id, verdict])).toEqual([
    ["mara", "reject"],
    [triage.olaf, "accept"],
  ]);
  await page.getByTitle("With 1 of 1 known answer").getByText("100 %").waitFor();
  await page.context().close();
});

test("? shows all keys, and any of them can be another one, for this person everywhere", async () => {
  await triage.ask("chair", 5);
  const page = await triage.openTriage({ className: "chair" });
  let itemId = await shown(page);
  await page.keyboard.press("?");
  const overlay = page.getByRole("dialog", { name: "Keys" });
  await overlay.waitFor();
  expect(await overlay.getByRole("button", { name: /^Change the key of/ }).count()).toBe(40);
  expect(await seriousViolations(page)).toEqual([]);
  // Keys of the page mean nothing meanwhile.
  await page.keyboard.press("x");
  await overlay.getByRole("button", { name: /^Change the key of: Accept/ }).click();
  await page.keyboard.press("y");
  await overlay.getByRole("button", { name: /^Change the key of: Nothing there/ }).click();
  await page.keyboard.press("Escape");
  await overlay.getByRole("button", { name: /^Change the key of: Nothing there/ }).click();
  await page.keyboard.press("y");
  await page.keyboard.press("Escape");
  await overlay.waitFor({ state: "hidden" });
  // Y was Accept's for a moment, and is Nothing there's now; Accept took X.
  await waitUntil(async () => (await triage.api.triage.keys.query()).reject === "y");
  expect(await triage.api.triage.keys.query()).toEqual({ accept: "x", reject: "y" });
  expect(await answers("chair")).toEqual([]);
  await page.keyboard.press("a");
  await page.keyboard.press("y");
  itemId = await shown(page, itemId);
  await answered("chair", 1);
  await page.reload();
  await chooseClass(page, "chair");
  itemId = await shown(page);
  await page.getByRole("button", { name: "Accept" }).getByText("X", { exact: true }).waitFor();
  await page.keyboard.press("x");
  await answered("chair", 2);
  expect((await answers("chair")).map(({ verdict }) => verdict)).toEqual(["reject", "accept"]);
  await shown(page, itemId);
  await page.keyboard.press("?");
  await overlay.getByRole("button", { name: "Use the page's own" }).click();
  await waitUntil(async () => Object.keys(await triage.api.triage.keys.query()).length === 0);
  await page.context().close();
});

test("one answer for a marked range; rejects of one place offer a mask, which hides the rest until removed", async () => {
  const place: Box = [0.4, 0.4, 0.2, 0.2];
  await triage.ask("teddy bear", 6, place);
  const page = await triage.openTriage({ className: "teddy bear" });
  const first = await shown(page);
  await page.keyboard.press("Shift+J");
  await page.keyboard.press("Shift+J");
  await page.getByText("3 marked").waitFor();
  await page.keyboard.press("Shift+K");
  await page.getByText("2 marked").waitFor();
  await page.keyboard.press("Shift+J");
  await page.keyboard.press("x");
  await answered("teddy bear", 3);
  const rows = await answers("teddy bear");
  expect(rows.map(({ verdict }) => verdict)).toEqual(["reject", "reject", "reject"]);
  expect(rows[0]?.item_id).toBe(first);
  const offer = page.getByRole("region", { name: "Offer" });
  await offer.getByText("3 rejects of one place").waitFor();
  await offer
    .getByText("Would have hidden 6 of the last 6, none of them accepted.")
    .first()
    .waitFor();
  // One of the rejects is taken back: two are no reason for an offer.
  await page.keyboard.press("Backspace");
  await offer.waitFor({ state: "hidden" });
  await page.keyboard.press("x");
  await offer.waitFor();
  await page.keyboard.press("m");
  await page.getByText("Kept out from now on; 3 open questions hidden.").waitFor();
  await page.getByText("3 questions kept out").waitFor();
  expect(await question(page).getAttribute("data-item")).toBeNull();
  await page.keyboard.press("r");
  await page.getByText("Hides 3 open questions").waitFor();
  expect(await seriousViolations(page)).toEqual([]);
  await page.getByRole("button", { name: /^Remove: Mask/ }).click();
  await page.getByText("Nothing is kept out.").waitFor();
  await shown(page);
  await page.context().close();
});

test("while the line is away answers wait, are shown, and reach the cloud once", async () => {
  await triage.ask("bowl", 5);
  const line = new TcpCut(triage.cloud.httpUrl);
  const page = await triage.openTriage({
    url: `http://127.0.0.1:${await line.join()}`,
    className: "bowl",
  });
  let itemId = await shown(page);
  await page.locator('section[data-ready="4"]').waitFor();
  // The first answer is on its way when the line breaks.
  line.hold();
  await page.keyboard.press("a");
  await page.locator('[data-waiting="1"]').waitFor();
  await line.cut();
  for (const key of ["x", "a"]) {
    itemId = await shown(page, itemId);
    await page.keyboard.press(key);
  }
  await page.getByText("3 answers wait: there is no connection to the cloud.").waitFor();
  expect(await answers("bowl")).toEqual([]);
  await line.join();
  await answered("bowl", 3);
  await page.locator('[data-waiting="0"]').waitFor();
  const rows = await answers("bowl");
  expect(rows.map(({ verdict }) => verdict)).toEqual(["accept", "reject", "accept"]);
  expect(new Set(rows.map(({ item_id }) => item_id)).size).toBe(3);
  await shown(page);
  await page.context().close();
  await line.cut();
});

test("sixty questions are answered by keyboard, and all sixty are kept as they were meant", async () => {
  await triage.ask("person", 60);
  const before = (await answers("person")).map(({ item_id }) => item_id);
  const page = await triage.openTriage({ className: "person" });
  let itemId = await shown(page);
  // The one on the screen and three ahead are decoded before they are asked for.
  await page.locator('section[data-ready="4"]').waitFor();
  expect(await seriousViolations(page)).toEqual([]);
  const plan = [
    { key: "a", verdict: "accept", className: "person" },
    { key: "x", verdict: "reject", className: null },
    { key: "3", verdict: "class", className: "car" },
    { key: "a", verdict: "accept", className: "person" },
    { key: "d", verdict: "duplicate", className: null },
  ] as const;
  const given: { itemId: string; verdict: string; className: string | null }[] = [];
  const startedAt = Date.now();
  let checks = 0;
  for (;;) {
    const isKnown = [...before, ...given.map((answer) => answer.itemId)].includes(itemId);
    const said = plan[given.length % plan.length] ?? plan[0];
    // A known question that is asked again is answered too, but is no annotation.
    if (isKnown) checks += 1;
    else given.push({ itemId, verdict: said.verdict, className: said.className });
    await page.keyboard.press(said.key);
    if (given.length === 60) break;
    itemId = await shown(page, itemId);
  }
  const keys = (Date.now() - startedAt) / 1000;
  await answered("person", before.length + 60);
  const kept = (Date.now() - startedAt) / 1000;
  console.log(
    `60 answers by keyboard in ${keys.toFixed(1)} s, kept after ${kept.toFixed(1)} s; ${checks} known ones`,
  );
  const rows = (await answers("person")).slice(before.length);
  expect(
    rows.map(({ item_id, verdict, boxes }) => ({
      itemId: item_id,
      verdict,
      className: boxes[0]?.className ?? null,
    })),
  ).toEqual(given);
  const items = await triage.query<{ item_id: string; box: Box }>(
    "select item_id, box from triage_items where class_name = 'person'",
  );
  for (const row of rows) {
    expect(row).toMatchObject({ person_id: triage.olaf, person_name: "Olaf" });
    expect(row.at).toBeGreaterThanOrEqual(startedAt);
    expect(row.decision_ms).toBeGreaterThan(0);
    const asked = items.find(({ item_id }) => item_id === row.item_id)?.box;
    for (const { box } of row.boxes) expect(box).toEqual(asked);
  }
  const log = await triage.query(
    "select from audit_log where action = 'annotation.add' and subject = any($1)",
    [given.map((answer) => answer.itemId)],
  );
  expect(log).toHaveLength(60);
  await page.context().close();
}, 240_000);
