import type { Browser } from "playwright-core";
import { afterAll, beforeAll, test } from "vitest";
import { waitUntil } from "../../../cloud/test/wait-until.ts";
import { dashboardEnvironment, launchBrowser, openPage, seriousViolations } from "./browser.ts";
import { CARS_CLIP, NODE, SiteFixture, SQUARE_CLIP } from "./site-fixture.ts";

let site: SiteFixture;
let browser: Browser;
beforeAll(async () => {
  site = await SiteFixture.start(await dashboardEnvironment());
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await site.stop();
});
const key = (cameraId: string) => ({ nodeId: NODE, cameraId });
test("shots", async () => {
  await site.agent([
    { id: "square", name: "Square", url: SQUARE_CLIP },
    { id: "yard", name: "Yard behind the customs house, west side", url: CARS_CLIP },
  ]);
  const c = site.api.cameras;
  await c.add.mutate({ ...key("cars"), name: "Road", url: CARS_CLIP });
  await c.add.mutate({
    ...key("gate-9"),
    name: "Gate 9",
    url: "rtsp://user:pw@127.0.0.1:9/stream1",
  });
  await c.add.mutate({ ...key("roof"), name: "Roof", url: "clips/roof.mp4" });
  await c.edit.mutate({ ...key("yard"), enabled: false });
  await c.place.mutate({
    ...key("square"),
    place: { latitude: 53.5436, longitude: 9.9665, direction: 120 },
  });
  await c.place.mutate({
    ...key("cars"),
    place: { latitude: 53.5446, longitude: 9.9705, direction: 20 },
  });
  await c.place.mutate({
    ...key("gate-9"),
    place: { latitude: 53.5426, longitude: 9.9715, direction: null },
  });
  await waitUntil(async () => (await site.camera("cars"))?.reported?.state === "live");
  await waitUntil(async () => (await site.camera("gate-9"))?.reported?.fault != null);
  for (const [name, screen] of [
    ["dark", {}],
    ["light", { theme: "light" }],
    ["phone", { width: 390, height: 844 }],
  ] as const) {
    const page = await openPage(browser, site.cloud.httpUrl, "/cameras", screen as never);
    await page.getByText("Gate 9").first().waitFor();
    await page.waitForTimeout(800);
    await page.screenshot({ path: `/tmp/shots/cameras-${name}.png` });
    await page.getByRole("button", { name: "Add camera" }).click();
    await page.waitForTimeout(300);
    await page.screenshot({ path: `/tmp/shots/cameras-add-${name}.png` });
    console.log(name, await seriousViolations(page));
    await page.goto(site.cloud.httpUrl + "/map");
    await page.waitForTimeout(2500);
    await page.screenshot({ path: `/tmp/shots/map-${name}.png` });
    console.log(name, await seriousViolations(page));
  }
}, 200_000);
