import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { toPixels } from "../../../dashboard/src/features/map/mercator.ts";
import { dashboardEnvironment, openPage, seriousViolations, signInAs } from "./browser.ts";
import { launchBrowser } from "./launch-browser.ts";
import { NODE, SiteFixture, SQUARE_CLIP } from "./site-fixture.ts";

const SQUARE = { id: "square", name: "Square", url: SQUARE_CLIP };
const HARBOUR = { latitude: 53.5436, longitude: 9.9665, direction: 90 };
const WITHIN = { timeout: 20_000 };

// A browser, a cloud and an agent share two cores with the tests beside them.
vi.setConfig({ testTimeout: 120_000 });

let site: SiteFixture;
let browser: Browser;

beforeAll(async () => {
  site = await SiteFixture.start(await dashboardEnvironment());
  browser = await launchBrowser();
});
beforeEach(async () => {
  // Where a test made the node up, nobody tells that it is gone.
  await site.cloud.database.query("update nodes set online = false");
  await site.clear();
});
afterAll(async () => {
  await browser.close();
  await site.stop();
});

const open = (screen = {}) => openPage(browser, site.cloud.httpUrl, "/map", screen);
const marker = (page: Page, name: string) => page.locator(`.camera-marker[aria-label^="${name}:"]`);
const placeOf = async (cameraId: string) => (await site.camera(cameraId))?.place ?? null;
const count = (locator: Locator) => locator.count();

/** Cameras that a node reported once, on the square `step` degrees apart. */
async function cameras(some: number, placed: number, step = 0.0002): Promise<void> {
  const { query } = site.cloud.database;
  const now = Date.now();
  await query(
    `insert into nodes (node_id, online, first_seen_at, last_seen_at) values ($1, true, 1, $2)
      on conflict (node_id) do update set online = true`,
    [NODE, now],
  );
  await query(
    `insert into cameras (node_id, camera_id, name, state, since)
      select $1, 'camera-' || n, 'Gate ' || n, case when n % 5 = 0 then 'down' else 'live' end, $3
      from generate_series(1, $2::int) as n`,
    [NODE, some, now],
  );
  await query(
    `insert into camera_settings (node_id, camera_id, name, revision, requested_at, requested_by,
      latitude, longitude) select $1, 'camera-' || n, 'Gate ' || n, 0, 1, 'Lena',
      53.5 + (n % 20) * $3::float8, 9.9 + (n / 20) * $3::float8 * 1.5 from generate_series(1, $2::int) as n`,
    [NODE, placed, step],
  );
}

/** The colour of the page at a point, as red, green and blue. */
async function colourAt(page: Page, x: number, y: number): Promise<number[]> {
  const shot = await page.screenshot({ clip: { x, y, width: 1, height: 1 } });
  return [...(await sharp(shot).removeAlpha().raw().toBuffer())];
}

/** Where the middle of the map is on the page. */
async function middleOf(page: Page): Promise<[number, number]> {
  const frame = await page.getByLabel("Map of the cameras").boundingBox();
  if (frame === null) throw new Error("there is no map");
  return [frame.x + frame.width / 2, frame.y + frame.height / 2];
}

async function drag(page: Page, what: Locator, dx: number, dy: number): Promise<void> {
  const box = await what.boundingBox();
  if (box === null) throw new Error("it is not on the page");
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + dx / 2, y + dy / 2, { steps: 4 });
  await page.mouse.move(x + dx, y + dy, { steps: 4 });
  await page.mouse.up();
}

test("cameras without a place are dragged onto the map, or placed in its middle by keyboard", async () => {
  await cameras(3, 0);
  const page = await open();
  await page.getByText("Without a place (3)").waitFor();
  await page.locator(".maplibregl-canvas").waitFor();
  await page
    .locator("li", { hasText: "Gate 1" })
    .dragTo(page.getByLabel("Map of the cameras"), { targetPosition: { x: 300, y: 400 } });
  await expect.poll(() => placeOf("camera-1"), WITHIN).not.toBeNull();
  const dropped = await placeOf("camera-1");
  expect(dropped?.longitude).toBeLessThan(10);
  expect(dropped?.direction).toBeNull();
  const box = await marker(page, "Gate 1").locator(".camera-dot").boundingBox();
  const frame = await page.getByLabel("Map of the cameras").boundingBox();
  expect((box?.x ?? 0) + (box?.width ?? 0) / 2 - (frame?.x ?? 0)).toBeCloseTo(300, -1);

  await page.getByRole("button", { name: "Place here: Gate 2" }).press("Enter");
  await expect.poll(() => placeOf("camera-2"), WITHIN).not.toBeNull();
  expect((await placeOf("camera-2"))?.longitude).toBeCloseTo(10, 3);
  expect((await placeOf("camera-2"))?.latitude).toBeCloseTo(48, 3);
  await page.getByText("2 of 3 cameras placed").waitFor();
  expect(await seriousViolations(page)).toEqual([]);
  await page.getByRole("button", { name: "Take off the map" }).click();
  await expect.poll(() => placeOf("camera-2"), WITHIN).toBeNull();
  const actions = await site.cloud.database.query(
    "select action from audit_log where action like 'camera.%'",
  );
  expect(actions).toEqual(Array(3).fill({ action: "camera.place" }));
});

test("a camera is moved and turned by mouse, and a move can be taken back", async () => {
  await cameras(1, 0);
  await site.api.cameras.place.mutate({ nodeId: NODE, cameraId: "camera-1", place: HARBOUR });
  const page = await open();
  const dot = marker(page, "Gate 1").locator(".camera-dot");
  await dot.waitFor();
  await drag(page, dot, 100, -50);
  await expect
    .poll(async () => (await placeOf("camera-1"))?.latitude, WITHIN)
    .toBeGreaterThan(53.5437);
  const moved = await placeOf("camera-1");
  expect(moved?.longitude).toBeGreaterThan(9.967);
  expect(moved?.direction).toBe(90);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => placeOf("camera-1"), WITHIN).toEqual(HARBOUR);

  await dot.click();
  const panel = page.getByRole("complementary", { name: "Cameras" });
  await panel.getByText("Looks towards 90°, east").waitFor();
  // From the east, where the ring is, around to the south.
  await drag(page, marker(page, "Gate 1").locator(".camera-handle"), -34, 34);
  await expect
    .poll(async () => (await placeOf("camera-1"))?.direction, WITHIN)
    .toBeCloseTo(180, -1);
  expect(await placeOf("camera-1")).toMatchObject({ latitude: HARBOUR.latitude });
  await panel.getByText("south").waitFor();
  await panel.getByRole("slider").fill("300");
  await expect.poll(async () => (await placeOf("camera-1"))?.direction, WITHIN).toBe(300);
  await panel.getByRole("button", { name: "Clear" }).click();
  await expect.poll(async () => (await placeOf("camera-1"))?.direction, WITHIN).toBeNull();
});

test("a camera is moved and turned by keyboard alone", async () => {
  await cameras(1, 0);
  await site.api.cameras.place.mutate({ nodeId: NODE, cameraId: "camera-1", place: HARBOUR });
  const page = await open();
  await marker(page, "Gate 1").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("complementary").getByText("Looks towards 90°").waitFor();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Shift+ArrowDown");
  await expect
    .poll(async () => (await placeOf("camera-1"))?.longitude, WITHIN)
    .toBeGreaterThan(9.9665);
  await expect
    .poll(async () => (await placeOf("camera-1"))?.latitude, WITHIN)
    .toBeLessThan(HARBOUR.latitude);
  await marker(page, "Gate 1").focus();
  await page.keyboard.press("r");
  await page.keyboard.press("r");
  await page.keyboard.press("Shift+R");
  await expect.poll(async () => (await placeOf("camera-1"))?.direction, WITHIN).toBe(95);
});

test("state, pulse and loss of a real camera show on its marker; nothing is asked of the internet", async () => {
  const agent = await site.agent([SQUARE]);
  await expect
    .poll(async () => (await site.camera("square"))?.reported?.state, WITHIN)
    .toBe("live");
  await site.api.cameras.place.mutate({ nodeId: NODE, cameraId: "square", place: HARBOUR });
  const page = await openPage(browser, site.cloud.httpUrl, "/cameras");
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).origin));
  await page.getByRole("link", { name: "Map" }).click();
  await page.locator('.camera-marker[aria-label="Square: Live"]').waitFor(WITHIN);
  await page.getByText("No street map is installed").waitFor();
  const pulses = "document.querySelector('.camera-pulse').getAnimations().length";
  await expect.poll(() => page.evaluate(pulses), { timeout: 40_000, interval: 100 }).toBe(1);
  await site.stopAgent(agent);
  await page.locator('.camera-marker[aria-label="Square: Node away"]').waitFor(WITHIN);
  expect(await seriousViolations(page)).toEqual([]);
  expect(
    asked.filter((origin) => origin.startsWith("http") && origin !== site.cloud.httpUrl),
  ).toEqual([]);
});

test("land, sea and names are drawn, in both themes", async () => {
  await cameras(1, 0);
  for (const [theme, land, sea] of [
    ["dark", [21, 30, 49], [10, 15, 28]],
    ["light", [251, 252, 254], [232, 238, 245]],
  ] as const) {
    const page = await open({ theme });
    const [x, y] = await middleOf(page);
    const middle = toPixels({ latitude: 48, longitude: 10 }, 3);
    const colourOf = (latitude: number, longitude: number) => {
      const there = toPixels({ latitude, longitude }, 3);
      return colourAt(page, x + there.x - middle.x, y + there.y - middle.y);
    };
    await expect.poll(() => colourOf(60, 45), WITHIN).toEqual([...land]);
    expect(await colourOf(48, -20)).toEqual([...sea]);
  }
});

test("five hundred cameras are a few clusters that open, and can be found by name", async () => {
  await cameras(500, 480);
  const page = await open();
  const clusters = page.locator(".cluster-marker");
  await clusters.first().waitFor(WITHIN);
  const shown = async () => (await count(clusters)) + (await count(page.locator(".camera-marker")));
  const held = async () => {
    const counts = await page.locator(".cluster-count").allTextContents();
    return (
      counts.reduce((sum, text) => sum + Number(text), 0) +
      (await count(page.locator(".camera-marker")))
    );
  };
  expect(await held()).toBe(480);
  expect(await shown()).toBeLessThan(120);
  expect(
    await page.getByRole("button", { name: /^\d+ cameras: \d+ (live|down).*Zoom in$/ }).count(),
  ).toBe(await count(clusters));
  expect(await seriousViolations(page)).toEqual([]);
  await page.getByLabel("Find a camera").fill("gate 477");
  await page.getByRole("complementary").getByRole("button", { name: "Gate 477" }).click();
  await marker(page, "Gate 477").waitFor(WITHIN);
  expect(await count(page.locator(".camera-marker[data-selected=true]"))).toBe(1);
  await clusters.first().press("Enter");
  await expect.poll(() => count(page.locator(".camera-marker")), WITHIN).toBeGreaterThan(1);
});

test("without WebGL the page says so, and the list still works", async () => {
  await cameras(2, 2);
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  await signInAs(context, site.cloud.httpUrl, { name: "Tess", role: "admin" });
  const page = await context.newPage();
  await page.addInitScript("HTMLCanvasElement.prototype.getContext = () => null");
  await page.goto(`${site.cloud.httpUrl}/map`);
  await page.getByRole("alert").getByText("This browser does not draw the map").waitFor(WITHIN);
  await page.getByRole("button", { name: "Gate 1" }).click();
  await page.getByRole("link", { name: "Watch" }).waitFor();
});

test("an operator's own map is drawn, with whose it is", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sentinel-tiles-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const red = await sharp({
    create: { width: 256, height: 256, channels: 3, background: "#c01020" },
  })
    .png()
    .toBuffer();
  for (const x of [8645, 8646]) {
    await mkdir(join(folder, "14", String(x)), { recursive: true });
    await writeFile(join(folder, "14", String(x), "5294.png"), red);
  }
  await writeFile(join(folder, "attribution.txt"), "Harbour office, 2025");
  const own = await SiteFixture.start({
    ...(await dashboardEnvironment()),
    SENTINEL_MAP_TILES: folder,
  });
  onTestFinished(() => own.stop());
  await own.cloud.database.query(
    "insert into nodes (node_id, online, first_seen_at, last_seen_at) values ($1, true, 1, 1)",
    [NODE],
  );
  await own.api.cameras.add.mutate({ nodeId: NODE, cameraId: "gate", name: "Gate", url: "/x.mp4" });
  const page = await openPage(browser, own.cloud.httpUrl, "/map", { theme: "light" });
  await page.getByText("Harbour office, 2025").waitFor(WITHIN);
  const [x, y] = await middleOf(page);
  await expect.poll(() => colourAt(page, x, y), WITHIN).toEqual([192, 16, 32]);
  expect(await page.getByText("No street map").count()).toBe(0);
});

test("on a phone the list lies below the map", async () => {
  await cameras(3, 1);
  const page = await open({ width: 390, height: 844 });
  await marker(page, "Gate 1").waitFor(WITHIN);
  const map = await page.getByLabel("Map of the cameras").boundingBox();
  const list = await page.getByRole("complementary", { name: "Cameras" }).boundingBox();
  expect(map?.width).toBe(390);
  expect(list?.y).toBeGreaterThanOrEqual((map?.y ?? 0) + (map?.height ?? 0));
  expect(await seriousViolations(page)).toEqual([]);
});
