import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { waitUntil } from "../../../cloud/test/wait-until.ts";
import { dashboardEnvironment, openPage, seriousViolations } from "./browser.ts";
import { launchBrowser } from "./launch-browser.ts";
import { LearningFixture, someFrames } from "./learning-fixture.ts";
import { childrenOf } from "./training-fixture.ts";

const WITHIN = { timeout: 60_000 };

// A browser, a cloud and an agent share two cores with the tests beside them.
vi.setConfig({ testTimeout: 120_000 });

let fixture: LearningFixture;
let browser: Browser;

beforeAll(async () => {
  fixture = await LearningFixture.start(await dashboardEnvironment());
  await fixture.startTrainer();
  browser = await launchBrowser();
  await fixture.api.training.setLoop.mutate({ enabled: false });
});
afterAll(async () => {
  await browser.close();
  await fixture.stop();
});

const open = (path = "/training", screen = {}) =>
  openPage(browser, fixture.cloud.httpUrl, path, screen);
const job = (page: Page) => page.getByRole("region", { name: "Job" });
const newestJob = async () => (await fixture.api.training.list.query())[0];
/** The epoch that the curve's own words tell of; 0 before the first. */
async function epochOf(page: Page): Promise<number> {
  const words = await page.getByRole("img", { name: /^After epoch/ }).getAttribute("aria-label");
  return Number(/^After epoch (\d+)/.exec(words ?? "")?.[1] ?? 0);
}

test("without a version and without jobs the page says what is missing", async () => {
  const page = await open();
  await page.getByText("Nothing was trained yet").waitFor();
  expect(await seriousViolations(page)).toEqual([]);
  await page.getByRole("button", { name: "Start a job" }).click();
  await page.getByText("There is no dataset version yet").waitFor();
});

test("by keyboard: a job is started, its curve is watched as it grows, and it is cancelled after a second press", async () => {
  await fixture.answer(someFrames(await fixture.labels(), 24));
  await fixture.api.datasets.build.mutate({ name: "Cars from above" });
  const page = await open();
  await page.getByRole("button", { name: "Start a job" }).press("Enter");
  const form = page.getByRole("complementary", { name: "Start a job" });
  await form.getByText("Cars from above").first().waitFor({ state: "attached" });
  expect(await seriousViolations(page)).toEqual([]);
  await form.getByLabel("Epochs").focus();
  await page.keyboard.type("200");
  await page.keyboard.press("Enter");
  await form.waitFor({ state: "detached" });
  await job(page).getByText("Running").waitFor(WITHIN);
  await page.getByRole("img", { name: /^After epoch/ }).waitFor(WITHIN);
  expect(await seriousViolations(page)).toEqual([]);
  const first = await epochOf(page);
  await expect.poll(() => epochOf(page), WITHIN).toBeGreaterThan(first + 1);
  const running = await newestJob();
  expect(running).toMatchObject({ state: "running", settings: { epochs: 200 } });
  await page.getByRole("button", { name: "Cancel job" }).press("Enter");
  await page.getByText("What it learnt so far is lost.").waitFor();
  await page.getByRole("button", { name: "Keep it" }).press("Enter");
  await page.getByRole("button", { name: "Cancel job" }).press("Enter");
  await page.getByRole("button", { name: "Cancel it" }).press("Enter");
  await job(page)
    .getByText(/^Cancelled by /)
    .waitFor(WITHIN);
  await waitUntil(async () => (await childrenOf(running?.jobId ?? "")).length === 0);
  expect((await newestJob())?.modelDigest).toBeNull();
  expect(await fixture.api.models.list.query()).toHaveLength(1);
  const audits = await fixture.cloud.database.query<{ action: string }>(
    "select action from audit_log where subject = $1 order by id",
    [running?.jobId],
  );
  expect(audits.map(({ action }) => action)).toEqual(["training.start", "training.cancel"]);
}, 180_000);

test("by mouse: a job that ends names its candidate; one whose pictures are gone names them and its code", async () => {
  const page = await open();
  await page.getByRole("button", { name: "Start a job" }).click();
  const form = page.getByRole("complementary", { name: "Start a job" });
  await form.getByLabel("Epochs").fill("2");
  await form.getByRole("button", { name: "Start", exact: true }).click();
  await job(page).getByText("Its model is a candidate now.").waitFor(WITHIN);
  await job(page).getByRole("link", { name: "yolov5s-320.1" }).waitFor();
  const [done] = await fixture.api.training.list.query();
  expect(done).toMatchObject({ state: "done" });
  expect(done?.curve).toHaveLength(2);

  await fixture.removePictures();
  await page.getByRole("button", { name: "Start a job" }).click();
  await page.getByRole("button", { name: "Start", exact: true }).click();
  const alert = job(page).getByRole("alert");
  await alert.getByText("TRAINING_PICTURES_GONE").waitFor(WITHIN);
  await alert.getByText("Put the named pictures back").waitFor();
  expect(await seriousViolations(page)).toEqual([]);
  // The list goes by J and K, and the address names the job.
  await page.keyboard.press("j");
  await job(page).getByText("Its model is a candidate now.").waitFor();
  expect(page.url()).toContain(done?.jobId ?? "");
}, 180_000);

test("the loop is set, and what stands in its way is told", async () => {
  const page = await open();
  await page.getByText("switched off; start jobs by hand").waitFor();
  await page.getByRole("button", { name: "Change", exact: true }).click();
  await page.getByLabel("Train by itself").check();
  await page.getByLabel("After so many new annotations").fill("10");
  expect(await seriousViolations(page)).toEqual([]);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("The loop follows the new settings.").waitFor();
  const alert = page.getByRole("alert");
  await alert.getByText("The loop cannot train yet").waitFor(WITHIN);
  await alert.getByText("DATASET_PICTURES_GONE").waitFor();
  expect(await fixture.api.training.loop.query()).toMatchObject({
    settings: { annotations: 10, enabled: true },
  });
});

test("on a phone everything is in reach", async () => {
  const page = await open("/training", { width: 390, height: 844, theme: "light" });
  await job(page).waitFor(WITHIN);
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
  expect(await page.evaluate("document.querySelector('[aria-label=Job]').scrollWidth")).toBe(390);
  expect(await seriousViolations(page)).toEqual([]);
});
