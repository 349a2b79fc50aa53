import AxeBuilder from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { uuidV7 } from "../../../cloud/test/uuid-v7.ts";
import { waitUntil } from "../../../cloud/test/wait-until.ts";
import { buildDashboard } from "../src/start/dashboard-build.ts";
import { openLastingPage, openPage } from "./browser.ts";
import { launchBrowser } from "./launch-browser.ts";
import { LearningFixture } from "./learning-fixture.ts";

/** Frames from here on are other cars. */
const LATER = 240;

let fixture: LearningFixture;
let browser: Browser;
let digest = "";
let page: Page;
let faults: string[] = [];

beforeAll(async () => {
  const { folder } = await buildDashboard();
  fixture = await LearningFixture.start({ SENTINEL_DASHBOARD_DIR: folder });
  browser = await launchBrowser();
  const labels = await fixture.labels();
  const shown = labels.filter(({ boxes }, index) => boxes.length > 0 || index % 5 === 0);
  await fixture.answer(shown.filter(({ frame }) => frame >= LATER));
  await fixture.api.datasets.freeze.mutate({ name: "Later cars", query: {} });
  await fixture.answer(
    shown.filter(({ frame }) => frame < LATER),
    { person: "Omar" },
  );
  const { datasetId } = await fixture.api.datasets.build.mutate({ name: "First cars" });
  await fixture.startTrainer();
  const { jobId } = await fixture.api.training.start.mutate({ datasetId });
  await waitUntil(async () => {
    const job = await fixture.api.training.byId.query({ jobId });
    if (job.fault !== null) throw new Error(JSON.stringify(job.fault));
    digest = job.modelDigest ?? "";
    return job.state === "done";
  }, 200_000);
  ({ page, faults } = await openLastingPage(browser, fixture.cloud.httpUrl, "/models"));
}, 400_000);
afterAll(async () => {
  await browser?.close();
  await fixture?.stop();
});

const model = () => page.getByRole("region", { name: "Model", exact: true });

test("an evaluation is followed while it runs; then the gate tells its verdict with the numbers", async () => {
  await page.getByRole("progressbar", { name: "Evaluation" }).waitFor({ timeout: 60_000 });
  await page.getByText(/Looking at pictures, \d+ of/).waitFor({ timeout: 60_000 });
  const gate = page.getByRole("region", { name: "Gate" });
  await gate.waitFor({ timeout: 120_000 });
  const { gate: report } = await fixture.api.models.byId.query({ digest });
  const rules = gate.getByRole("listitem");
  expect(await rules.count()).toBe(5);
  for (const [index, rule] of (report?.rules ?? []).entries()) {
    expect(await rules.nth(index).textContent()).toContain(rule.sentence);
  }
  await gate
    .getByText(report?.verdict === "pass" ? "Pass" : "Inconclusive", { exact: true })
    .first()
    .waitFor();
  expect(await page.getByRole("progressbar", { name: "Evaluation" }).count()).toBe(0);
}, 300_000);

test("two columns: figures with intervals, curves, pictures that changed with the boxes of both", async () => {
  const [{ evaluationId = "" } = {}] = await fixture.api.models.evaluations.query({ digest });
  const { figures } = await fixture.api.models.evaluation.query({ evaluationId });
  if (figures === null) throw new Error("there are no figures");
  const { before, after, gain, afterInterval } = figures.summary.AP50;
  const row = page.getByRole("row", { name: /^AP50 / }).first();
  const text = await row.textContent();
  expect(text).toContain(before?.toFixed(3));
  expect(text).toContain(after?.toFixed(3));
  expect(text).toContain(`+${((gain ?? 0) * 100).toFixed(1)}`);
  expect(text).toContain(afterInterval?.map((end) => end.toFixed(3)).join(" to "));
  const label = `AP50 ${before?.toFixed(3)} before, ${after?.toFixed(3)} after`;
  const curve = page.getByRole("img", { name: label });
  expect(await curve.locator("canvas").count()).toBe(1);
  await page.getByLabel(/Precision by recall/).selectOption("car");
  await curve.waitFor();

  const changed = page.locator("li[data-picture]");
  expect(await changed.count()).toBe(figures.changed.length);
  const [first] = figures.changed;
  const pair = changed.first();
  await pair.scrollIntoViewIfNeeded();
  expect(await pair.getAttribute("data-picture")).toBe(first?.picture);
  const pictures = pair.locator("img");
  await waitUntil(async () => {
    const loaded = await pictures.evaluateAll((all) =>
      all.map((img) => "naturalWidth" in img && Number(img.naturalWidth) > 0),
    );
    return loaded.length === 2 && loaded.every(Boolean);
  });
  const boxes = (side: number) => pair.locator("svg").nth(side).locator("g");
  const missed = (found: "foundBefore" | "foundAfter") =>
    first?.truth.filter((box) => !box[found]).length ?? 0;
  expect(await boxes(0).count()).toBe(missed("foundBefore") + (first?.before.length ?? 0));
  expect(await boxes(1).count()).toBe(missed("foundAfter") + (first?.after.length ?? 0));
  await page.getByText("where it was evaluated").first().waitFor();
});

test("an evaluation is cancelled by keyboard; who did it is told, and the gate's verdict stays", async () => {
  await fixture.api.models.evaluate.mutate({ digest });
  const cancel = model().getByRole("button", { name: "Cancel evaluation" });
  await cancel.press("Enter", { timeout: 30_000 });
  await model().getByText("The evaluation was cancelled").waitFor({ timeout: 20_000 });
  await model()
    .getByText(/^by Tess [\d.]+ s ago, against yolov5s-320/)
    .waitFor();
  expect(await cancel.count()).toBe(0);
  await page.getByRole("region", { name: "Gate" }).waitFor();
  const { violations } = await new AxeBuilder({ page })
    .include("section[aria-label=Model]")
    .analyze();
  expect(violations.filter(({ impact }) => impact === "serious")).toEqual([]);
}, 120_000);

test("its line leads to pictures and people, and to the events that it saw; from an event one comes back", async () => {
  const eventId = uuidV7();
  await fixture.query(
    `insert into nodes (node_id, online, first_seen_at, last_seen_at) values ('quay-3', true, 1, $1)`,
    [Date.now()],
  );
  await fixture.query(
    `insert into node_models (node_id, digest, name, licence, input_size, class_names,
      first_seen_at, last_seen_at, latency_p50_ms, latency_p95_ms, latency_at)
      values ('quay-3', $1, 'yolov5s-320.1', 'AGPL-3.0', 320, '[]', 1, 1, 63, 90, $2)`,
    [digest, Date.now()],
  );
  await fixture.query(
    `insert into events (event_id, node_id, camera_id, epoch, class_id, class_name, score, box, frames,
      started_at, last_at, state, model_digest, last_row_id)
      values ($1, 'quay-3', 'gate', $2, 2, 'car', 0.9, '{0,0,1,1}', 3, $3, $3, 'ended', $4, 1)`,
    [eventId, uuidV7(), Date.now() - 60_000, digest],
  );
  await page.reload();
  const lineage = page.getByRole("region", { name: "Lineage" });
  await lineage.getByText("quay-3").first().waitFor();
  await lineage.getByText("Omar").waitFor();
  await lineage.getByRole("link", { name: "First cars" }).waitFor();
  await lineage.getByRole("button", { name: "Show its pictures" }).click();
  const { pictures } = await fixture.api.models.lineage.query({ digest });
  const shown = Math.min(24, pictures.learnt + pictures.chosenBy);
  expect(shown).toBeGreaterThan(5);
  await waitUntil(async () => (await lineage.locator("img").count()) === shown);
  const latency = page.getByRole("region", { name: "Latency on the agent" });
  await latency.getByText("63 ms").waitFor();
  expect(await seriousViolations(page)).toEqual([]);

  await lineage.getByRole("link", { name: "1 event that it saw" }).click();
  await page.locator(`[data-event-id="${eventId}"]`).click();
  const event = page.getByRole("article", { name: /^Event: car/ });
  await event.getByRole("link", { name: "yolov5s-320.1" }).click();
  await model().getByRole("heading", { name: "yolov5s-320.1" }).waitFor();
  expect(page.url()).toContain(`model=${digest}`);
});

test("a person approves it, promotes it from here, and revokes it with a reason", async () => {
  const { gate } = await fixture.api.models.byId.query({ digest });
  await model().getByRole("button", { name: "Approve" }).click();
  const approve = page.getByRole("form", { name: "Approve and sign" });
  const sign = approve.getByRole("button", { name: "Approve and sign" });
  if (gate?.verdict === "inconclusive") {
    expect(await sign.isDisabled()).toBe(true);
    await approve.getByLabel("Reason").fill("seen on the quay");
  }
  await sign.click();
  await model()
    .getByText(/^Approved and signed by/)
    .waitFor();
  await model().getByRole("link", { name: "Promote" }).click();
  await page.getByText("No fleet repository is followed").waitFor();
  expect(page.url()).toContain(`promote=${digest}`);
  await page.goBack();

  await model().getByRole("button", { name: "Revoke" }).click();
  const revoke = page.getByRole("form", { name: "Revoke" });
  const send = revoke.getByRole("button", { name: "Revoke" });
  expect(await send.isDisabled()).toBe(true);
  await revoke.getByLabel("Reason").fill("it takes shadows for cars");
  await send.click();
  await model()
    .getByText(/^Revoked by/)
    .waitFor();
  await model().getByText("it takes shadows for cars").waitFor();
  expect(await fixture.api.models.byId.query({ digest })).toMatchObject({
    state: "revoked",
    revokedWhy: "it takes shadows for cars",
  });
});

test("what came to nothing says why and what to do; a model that nobody registered is told to be so", async () => {
  const broken = await fixture.register(Buffer.from("no model"), { name: "broken" });
  const orphan = await fixture.register(Buffer.from("none either"), {
    name: "orphan",
    baseDigest: broken,
  });
  const open = (path: string, theme: "dark" | "light") =>
    openPage(browser, fixture.cloud.httpUrl, path, { theme });
  const light = await open(`/models?model=${orphan}`, "light");
  await light.getByText("It was not evaluated yet").waitFor();
  const region = light.getByRole("region", { name: "Model", exact: true });
  await region.getByRole("button", { name: "Evaluate" }).click();
  const form = light.getByRole("form", { name: "Evaluate" });
  expect(await form.getByLabel("Compare with").inputValue()).toBe(broken);
  const [golden] = await fixture.api.datasets.golden.query();
  await form.getByLabel("On").selectOption(golden?.goldenId ?? "");
  await form.getByRole("button", { name: "Evaluate" }).click();
  const alert = light.getByRole("alert");
  await alert.getByText("MODEL_UNUSABLE").waitFor({ timeout: 60_000 });
  await alert.getByText("Compare with another model").waitFor();
  expect(await seriousViolations(light)).toEqual([]);

  const unknown = await open(`/models?model=${"e".repeat(64)}`, "dark");
  await unknown.getByText("The registry does not have this model").waitFor();
  expect(faults).toEqual([]);
});

/** What keeps people with assistive technology out (axe-core, impact serious and critical). */
async function seriousViolations(shown: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page: shown }).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}
