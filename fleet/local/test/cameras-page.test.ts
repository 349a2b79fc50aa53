import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { dashboardEnvironment, openPage, seriousViolations } from "./browser.ts";
import { launchBrowser } from "./launch-browser.ts";
import { CARS_CLIP, NODE, SiteFixture, SQUARE_CLIP } from "./site-fixture.ts";

const SQUARE = { id: "square", name: "Square", url: SQUARE_CLIP };
const WITHIN = { timeout: 40_000 };

// A browser, a cloud and an agent share two cores with the tests beside them.
vi.setConfig({ testTimeout: 120_000 });

let site: SiteFixture;
let browser: Browser;

beforeAll(async () => {
  site = await SiteFixture.start(await dashboardEnvironment());
  browser = await launchBrowser();
});
beforeEach(() => site.clear());
afterAll(async () => {
  await browser.close();
  await site.stop();
});

const open = (screen = {}) => openPage(browser, site.cloud.httpUrl, "/cameras", screen);
const row = (page: Page, name: string) =>
  page.getByRole("row").filter({ has: page.getByRole("link", { name, exact: true }) });
/** Waits until the camera's row says so; words that a narrow page would show elsewhere do not count. */
const shows = (page: Page, name: string, words: string) =>
  row(page, name)
    .getByText(words, { exact: words === "Off" })
    .filter({ visible: true })
    .first()
    .waitFor(WITHIN);
const audited = async () =>
  (
    await site.cloud.database.query<{ action: string }>(
      "select action from audit_log where action like 'camera.%' order by id",
    )
  ).map(({ action }) => action);

test("without a node, and with a node without cameras, the page says what to do", async () => {
  const page = await open();
  await page.getByText("One appears when its agent reaches the broker").waitFor();
  expect(await page.getByRole("button", { name: "Add camera" }).isDisabled()).toBe(true);
  await site.agent();
  await page.getByText("Add the first one").waitFor(WITHIN);
  expect(await seriousViolations(page)).toEqual([]);
});

test("by keyboard: a camera is probed and added, and shows requested, accepted and live", async () => {
  await site.agent([SQUARE]);
  const page = await open();
  await shows(page, "Square", "Live");
  expect(await seriousViolations(page)).toEqual([]);
  await page.getByRole("button", { name: "Add camera" }).focus();
  await page.keyboard.press("Enter");
  const panel = page.getByRole("complementary", { name: "Add a camera" });
  await panel.waitFor();
  expect(await seriousViolations(page)).toEqual([]);
  await page.keyboard.press("Tab");
  await page.keyboard.type("cars");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Road");
  await page.keyboard.press("Tab");
  await page.keyboard.type(CARS_CLIP);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await panel.getByText("768 × 432, h264, 12.5 fps").waitFor(WITHIN);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await panel.waitFor({ state: "detached" });
  expect(await page.evaluate("document.activeElement.textContent")).toBe("Add camera");
  await shows(page, "Road", "Accepted");
  await shows(page, "Road", "Live");
  await shows(page, "Road", "768 × 432");
  await shows(page, "Square", "Live");
  expect(await audited()).toEqual(["camera.add"]);
});

test("by mouse: a camera is renamed, switched off and on, and removed after a second press", async () => {
  await site.agent([SQUARE]);
  const page = await open();
  await shows(page, "Square", "Live");
  await page.getByRole("button", { name: "Change Square" }).click();
  const panel = page.getByRole("complementary", { name: "Change Square" });
  await panel.getByLabel("Name").fill("Market square");
  await panel.getByRole("button", { name: "Send change" }).click();
  await shows(page, "Market square", "Accepted");
  await page.getByRole("button", { name: "Switch off Market square" }).click();
  await shows(page, "Market square", "Off");
  await expect.poll(async () => (await site.camera("square"))?.reported, WITHIN).toBeNull();
  await page.getByRole("button", { name: "Switch on Market square" }).click();
  await shows(page, "Market square", "Live");
  await page.getByRole("button", { name: "Change Market square" }).click();
  await page.getByRole("button", { name: "Remove…" }).click();
  await page.getByRole("button", { name: "Keep", exact: true }).click();
  await page.getByRole("button", { name: "Remove…" }).click();
  expect(await seriousViolations(page)).toEqual([]);
  await page.getByRole("button", { name: "Remove Market square" }).click();
  await row(page, "Market square").waitFor({ state: "detached", ...WITHIN });
  await page.getByText("Add the first one").waitFor();
  expect(await audited()).toEqual(["camera.edit", "camera.edit", "camera.edit", "camera.remove"]);
});

test("a refusal stands in the list in the node's own words, until it is corrected; the others run on", async () => {
  await site.agent([SQUARE]);
  const page = await open();
  await shows(page, "Square", "Live");
  const since = (await site.camera("square"))?.reported?.since;
  await page.getByRole("button", { name: "Add camera" }).click();
  await page.getByLabel("Id").fill("roof");
  await page.getByLabel("Name").fill("Roof");
  await page.getByLabel("Address").fill("clips/roof.mp4");
  await page.getByRole("button", { name: "Probe" }).click();
  await page.getByText("an absolute path where it is a file").waitFor(WITHIN);
  await page.getByRole("complementary").getByRole("button", { name: "Add camera" }).click();
  await shows(page, "Roof", "Refused");
  await shows(page, "Roof", "an absolute path where it is a file");
  expect(await seriousViolations(page)).toEqual([]);
  expect((await site.camera("square"))?.reported).toMatchObject({ state: "live", since });
  await page.getByRole("button", { name: "Change Roof" }).click();
  await page.getByLabel("Address").fill(CARS_CLIP);
  await page.getByRole("button", { name: "Send change" }).click();
  await shows(page, "Roof", "Live");

  // What the cloud itself refuses stands in the form, and nothing that was typed is lost.
  await page.getByRole("button", { name: "Add camera" }).click();
  await page.getByLabel("Id").fill("roof");
  await page.getByLabel("Name").fill("Another roof");
  await page.getByLabel("Address").fill(CARS_CLIP);
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText("already has a camera roof").waitFor();
  expect(await page.getByLabel("Name").inputValue()).toBe("Another roof");
  await page.keyboard.press("Escape");
  await page.getByRole("complementary").waitFor({ state: "detached" });
});

test("a node that is away: the wish is shown as requested, and taken when it is back", async () => {
  const agent = await site.agent([SQUARE]);
  const page = await open();
  await shows(page, "Square", "Live");
  await site.stopAgent(agent);
  await shows(page, "Square", "Node away");
  await page.getByRole("button", { name: "Switch off Square" }).click();
  await shows(page, "Square", "Requested");
  await shows(page, "Square", "Its node is away");
  expect(await seriousViolations(page)).toEqual([]);
  await site.agent([SQUARE]);
  await shows(page, "Square", "Accepted");
});

test("many cameras are narrowed by name and node; on a phone all of it is in reach", async () => {
  await site.cloud.database.query(
    `insert into camera_settings (node_id, camera_id, name, url, revision, requested_at, requested_by)
      select $1, 'camera-' || n, 'Gate ' || n, 'rtsp://user:hunter2@10.0.0.7/' || n, n, 1, 'Lena'
      from generate_series(1, 500) as n`,
    [NODE],
  );
  const page = await open();
  await page.getByText("500 cameras, 0 live").waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("gate 48");
  await expect.poll(() => page.getByRole("row").count()).toBe(12);
  expect(await page.content()).not.toContain("hunter2");
  await page.getByLabel("Find a camera").fill("nowhere");
  await page.getByText("No camera has that in its name").waitFor();
  const phone = await open({ width: 390, height: 844 });
  await phone.getByLabel("Find a camera").fill("gate 500");
  await phone.getByRole("button", { name: "Change Gate 500" }).click();
  await phone.getByRole("button", { name: "Switch off Gate 500" }).waitFor();
  expect(await seriousViolations(phone)).toEqual([]);
  await phone.getByRole("button", { name: "Close" }).click();
  expect(await phone.evaluate("document.documentElement.scrollWidth")).toBe(390);
  expect(await seriousViolations(phone)).toEqual([]);
});
