import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { dashboardEnvironment, openPage, seriousViolations } from "./browser.ts";
import { DatasetFixture } from "./dataset-fixture.ts";
import { launchBrowser } from "./launch-browser.ts";

const WITHIN = { timeout: 20_000 };

// A browser, a cloud and an agent share two cores with the tests beside them.
vi.setConfig({ testTimeout: 120_000 });

let fixture: DatasetFixture;
let browser: Browser;

beforeAll(async () => {
  fixture = await DatasetFixture.start(await dashboardEnvironment());
  browser = await launchBrowser();
});
beforeEach(() => fixture.clear());
afterAll(async () => {
  await browser.close();
  await fixture.stop();
});

const open = (path = "/datasets", screen = {}) =>
  openPage(browser, fixture.cloud.httpUrl, path, screen);
const build = (wish: Record<string, unknown>) =>
  fixture.api.datasets.build.mutate({ name: "cars", ...wish });
const versions = (page: Page) => page.getByRole("navigation", { name: "Dataset versions" });
const panel = (page: Page) => page.getByRole("complementary");

test("a version is built from a query by keyboard; what it comes to is shown before", async () => {
  await fixture.annotateMany(1, 12);
  await fixture.annotateMany(100, 8, { cameraId: "quay", person: "omar" });
  const page = await open();
  await page.getByText("No version was built yet").waitFor();
  expect(await seriousViolations(page)).toEqual([]);
  await page.getByRole("button", { name: "Build a version" }).press("Enter");
  const preview = page.getByRole("region", { name: "What it comes to" });
  await preview.getByText(/^16 pictures/).waitFor(WITHIN);
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("Quay in rain");
  await panel(page)
    .getByRole("checkbox", { name: /node-a\/quay/ })
    .press("Space");
  await preview.getByText(/^6 pictures/).waitFor(WITHIN);
  expect(await seriousViolations(page)).toEqual([]);
  await panel(page).getByRole("button", { name: "Build", exact: true }).press("Enter");
  await panel(page).waitFor({ state: "detached", ...WITHIN });
  await versions(page).getByText("Quay in rain").waitFor();
  const [version] = await fixture.api.datasets.list.query({});
  expect(version).toMatchObject({ name: "Quay in rain", pictures: 8 });
  await page.getByRole("img", { name: "1 car" }).first().waitFor();
  expect(await seriousViolations(page)).toEqual([]);

  // The same again is the same version, and the page says so.
  await page.getByRole("button", { name: "Build a version" }).click();
  await panel(page)
    .getByRole("checkbox", { name: /node-a\/quay/ })
    .check();
  await panel(page).getByRole("button", { name: "Build", exact: true }).click();
  await page.getByText("this is that version").waitFor(WITHIN);
  expect(await fixture.api.datasets.list.query({})).toHaveLength(1);
});

test("a golden set is frozen by mouse, and the next version keeps it apart", async () => {
  await fixture.annotateMany(1, 20);
  const { counts } = await build({});
  const page = await open();
  await page.getByRole("button", { name: "Freeze a golden set" }).click();
  await panel(page).getByLabel("Name").fill("Gate at noon");
  expect(await seriousViolations(page)).toEqual([]);
  const pictures = counts.validation.pictures;
  await panel(page)
    .getByRole("button", { name: `Freeze ${pictures} pictures` })
    .click();
  await page.getByText("Frozen; none will learn from it.").waitFor(WITHIN);
  await page.getByRole("region", { name: "Golden sets" }).getByText("Gate at noon").waitFor();
  await page.getByRole("button", { name: "Build a version" }).click();
  const preview = page.getByRole("region", { name: "What it comes to" });
  await preview
    .getByRole("listitem")
    .filter({ hasText: "Golden" })
    .getByText(`${pictures} pictures`)
    .waitFor(WITHIN);
  await panel(page).getByRole("button", { name: "Build", exact: true }).click();
  await expect.poll(async () => (await fixture.api.datasets.list.query({})).length, WITHIN).toBe(2);
  const audits = await fixture.query("select action from audit_log order by id");
  expect(audits.map(({ action }) => action)).toEqual([
    "dataset.build",
    "golden.freeze",
    "dataset.build",
  ]);
});

test("what would leak is refused, and the pictures are named and shown", async () => {
  await fixture.annotateMany(1, 20);
  const { datasetId } = await build({});
  await fixture.learnFrom(datasetId);
  const page = await open();
  await page.getByRole("button", { name: "Freeze a golden set" }).click();
  await panel(page).getByRole("checkbox", { name: /Train/ }).check();
  await panel(page)
    .getByRole("button", { name: /^Freeze 20 pictures/ })
    .click();
  const alert = panel(page).getByRole("alert");
  await alert.getByText("DATASET_LEAKS").waitFor(WITHIN);
  const shown = alert.getByRole("img");
  const { pictures } = await fixture.api.datasets.manifest.query({ datasetId });
  const train = pictures.filter(({ split }) => split === "train").map(({ picture }) => picture);
  expect(await shown.count()).toBe(5);
  for (const image of await shown.all()) {
    expect(train).toContain(await image.getAttribute("title"));
    await expect
      .poll(
        () => image.evaluate((shown: unknown) => (shown as { naturalWidth: number }).naturalWidth),
        WITHIN,
      )
      .toBe(96);
  }
  expect(await seriousViolations(page)).toEqual([]);
  expect(await fixture.api.datasets.golden.query()).toEqual([]);
});

test("pictures that are gone from the store are named where a version is to be built of them", async () => {
  const [gone = ""] = await fixture.annotateMany(1, 10);
  await build({});
  await fixture.remove("node-a", gone);
  await fixture.annotateMany(30, 1);
  const page = await open();
  await page.getByRole("button", { name: "Build a version" }).click();
  await panel(page).getByRole("button", { name: "Build", exact: true }).click();
  const alert = panel(page).getByRole("alert");
  await alert.getByText("DATASET_PICTURES_GONE").waitFor(WITHIN);
  await alert.getByTitle(gone).first().waitFor();
  await page.keyboard.press("Escape");
  await panel(page).waitFor({ state: "detached" });
  expect(await fixture.api.datasets.list.query({})).toHaveLength(1);
});

test("two versions are compared: what was added, answered anew and moved; J and K go through the list", async () => {
  await fixture.annotateMany(1, 16);
  const first = await build({ name: "First" });
  await fixture.annotateMany(200, 5);
  const bus = [{ className: "bus", box: [0.1, 0.1, 0.5, 0.5] }];
  await fixture.annotate(await fixture.picture(1), { boxes: bus, person: "omar" });
  const second = await build({ name: "Second" });
  const page = await open();
  await page.getByRole("heading", { name: "Second" }).waitFor();
  await page.keyboard.press("j");
  await page.getByRole("heading", { name: "First" }).waitFor();
  await page.keyboard.press("k");
  await page.getByRole("heading", { name: "Second" }).waitFor();
  await page.getByLabel("Compare with").selectOption(first.datasetId);
  await page.getByRole("heading", { name: /First.*Second/ }).waitFor(WITHIN);
  const figure = (name: string) =>
    page
      .locator("dl > div", { has: page.getByText(name, { exact: true }) })
      .locator("dd")
      .first();
  expect(await figure("Added").textContent()).toBe("5");
  expect(await figure("Answered anew").textContent()).toBe("1");
  expect(await figure("Removed").textContent()).toBe("0");
  await page.getByRole("row", { name: /bus/ }).getByText("+1").waitFor();
  expect(await seriousViolations(page)).toEqual([]);
  await page.getByRole("button", { name: "Close comparison" }).click();
  await page.getByRole("heading", { name: "Second" }).waitFor();
  expect(new URL(page.url()).search).toContain(second.datasetId);
  await page.goto(`${fixture.cloud.httpUrl}/datasets?dataset=${first.datasetId}`);
  await page.getByRole("heading", { name: "First" }).waitFor();
});

test("on a phone list and version stand one above the other, and the form covers them", async () => {
  await fixture.annotateMany(1, 12);
  await build({});
  const page = await open("/datasets", { width: 390, height: 844 });
  await page.getByRole("heading", { name: "cars" }).waitFor(WITHIN);
  await page.getByRole("img", { name: "1 car" }).first().scrollIntoViewIfNeeded();
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
  expect(await page.evaluate("document.querySelector('[aria-label=Version]').scrollWidth")).toBe(
    390,
  );
  expect(await seriousViolations(page)).toEqual([]);
  await page.getByRole("button", { name: "Build a version" }).click();
  expect((await panel(page).boundingBox())?.width).toBe(390);
});
