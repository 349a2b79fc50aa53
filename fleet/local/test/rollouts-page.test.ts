import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { connectApi } from "../../../cloud/test/api-client.ts";
import { FleetFixture, stableFile } from "../../../cloud/test/fleet-fixture.ts";
import { FleetNode } from "../../../cloud/test/fleet-node.ts";
import { type RunningCloud, startCloud } from "../../../cloud/test/running-cloud.ts";
import { waitUntil } from "../../../cloud/test/wait-until.ts";
import { dashboardEnvironment, openPage, seriousViolations } from "./browser.ts";
import { launchBrowser } from "./launch-browser.ts";

const BASE = "b".repeat(64);
const GOOD = "1a".repeat(32);
const BAD = "2b".repeat(32);
const SLOW = "3c".repeat(32);
const PATH = "channels/stable.yaml";
const NODES = Array.from({ length: 8 }, (_, index) => `node-${index + 1}`);
const WITHIN = { timeout: 20_000 };
/** A rollout is done when every node has the model. */
const EVERY_NODE =
  "  - { name: canary, labels: { ring: canary }, watchSeconds: 0 }\n  - { name: rest, watchSeconds: 0, neededShare: 1 }";
/** The canary is watched for so long that a person has time to step in. */
const WATCHED =
  "  - { name: canary, labels: { ring: canary }, watchSeconds: 900 }\n  - { name: rest }";

// A browser, a cloud and an agent share two cores with the tests beside them.
vi.setConfig({ testTimeout: 120_000 });

let fleet: FleetFixture;
let cloud: RunningCloud;
let connection: ReturnType<typeof connectApi>;
let browser: Browser;
const nodes: FleetNode[] = [];

beforeAll(async () => {
  fleet = await FleetFixture.make({ [PATH]: stableFile(null, { waves: EVERY_NODE }) });
  const passwords = Object.fromEntries(NODES.map((nodeId) => [nodeId, "x"]));
  cloud = await startCloud(passwords, { ...fleet.environment, ...(await dashboardEnvironment()) });
  connection = connectApi(cloud.httpUrl);
  for (const digest of [BASE, GOOD, BAD, SLOW]) await fleet.register(cloud.database, digest);
  browser = await launchBrowser();
});
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.leave();
});
afterAll(async () => {
  await browser.close();
  await connection.close();
  await cloud.stop();
  await fleet.remove();
});

const rollouts = () => connection.api.rollouts;
const open = (screen = {}) => openPage(browser, cloud.httpUrl, "/rollouts", screen);
const wave = (page: Page, name: string) => page.getByRole("region", { name: `Wave ${name}` });
const squares = (page: Page, name: string) =>
  page.getByRole("list", { name: `Nodes of wave ${name}` }).getByRole("listitem");
const why = (page: Page) => page.getByRole("region", { name: "Rollout" }).getByRole("status");
const newest = async () => (await rollouts().list.query())[0];
/** The colour of a square's edge, as the browser draws it. */
const colourOf = (square: Locator) =>
  square.evaluate(
    (element: unknown) =>
      // biome-ignore lint/suspicious/noExplicitAny: this runs in the browser, whose types the tests have not.
      (globalThis as any).getComputedStyle(element).borderTopColor as string,
  );

/** Three canaries and five others, all with the base model. */
async function connectFleet(running = BASE): Promise<void> {
  for (const [index, nodeId] of NODES.entries()) {
    nodes.push(
      await FleetNode.connect(cloud.mqttUrl, nodeId, "x", {
        labels: { channel: "stable", ring: index < 3 ? "canary" : "broad" },
        keys: fleet.keys,
        running,
        ends: (digest) => {
          if (digest === BAD) return { fault: "MODEL_OUTPUT_NOT_FINITE" };
          return digest === SLOW && nodeId === "node-3" ? "silent" : "active";
        },
      }),
    );
  }
}

test("by keyboard: a model is promoted with a reason; the waves' squares turn, and the sentence says that it is done", async () => {
  const page = await open();
  await page.getByText("Nothing was rolled out yet").waitFor();
  expect(await seriousViolations(page)).toEqual([]);
  await connectFleet();
  await page.getByText("canary, 3 of 3 nodes online").waitFor(WITHIN);
  await page.getByRole("button", { name: "Promote" }).press("Enter");
  const form = page.getByRole("complementary", { name: "Promote a model" });
  await form.getByLabel("Model").selectOption(GOOD);
  await form.getByLabel("Reason").focus();
  expect(await form.getByRole("button", { name: "Promote" }).isDisabled()).toBe(true);
  await page.keyboard.type("Sees cars in rain");
  expect(await seriousViolations(page)).toEqual([]);
  await page.keyboard.press("Enter");
  await form.waitFor({ state: "detached", ...WITHIN });
  await why(page).getByText("5 of 5 nodes of wave rest are active and healthy.").waitFor(WITHIN);
  await page.getByRole("region", { name: "Rollout" }).getByText("Done").waitFor(WITHIN);
  expect(await squares(page, "canary").count()).toBe(3);
  expect(await squares(page, "rest").count()).toBe(5);
  for (const square of await squares(page, "rest").all()) {
    expect(await square.textContent()).toMatch(/^node-\d: active/);
  }
  await page.getByText("Sees cars in rain").first().waitFor();
  expect(await fleet.git(fleet.url, "log", "-1", "--format=%B", "main")).toContain(
    "Sees cars in rain",
  );
  expect(await seriousViolations(page)).toEqual([]);
});

test("by mouse: a rollout that waits says why, is paused, resumed, and aborted with a reason; the nodes go back", async () => {
  await connectFleet(GOOD);
  const page = await open();
  await fleet.commit({ [PATH]: stableFile(SLOW, { waves: WATCHED }) }, "a person's own commit");
  await why(page).getByText("Waits for 1 node more").waitFor(WITHIN);
  const canaries = squares(page, "canary");
  await canaries.filter({ hasText: "node-1: active" }).waitFor(WITHIN);
  await canaries.filter({ hasText: "node-3: at work" }).waitFor();
  await squares(page, "rest").filter({ hasText: "later" }).first().waitFor();
  const colours = [
    await colourOf(canaries.filter({ hasText: "node-1" })),
    await colourOf(canaries.filter({ hasText: "node-3" })),
    await colourOf(squares(page, "rest").first()),
  ];
  expect(new Set(colours).size).toBe(3);
  await wave(page, "canary").getByRole("img", { name: "2 of 3 nodes, 100 % needed" }).waitFor();
  await wave(page, "canary").getByText("needs 100 % of those seen").waitFor();
  expect(await seriousViolations(page)).toEqual([]);

  await page.getByRole("button", { name: "Pause" }).click();
  await why(page).getByText("Paused by").waitFor(WITHIN);
  await page.getByRole("button", { name: "Resume" }).click();
  await why(page).getByText("Waits for 1 node more").waitFor(WITHIN);
  await page.getByRole("button", { name: "Abort…" }).click();
  await page.getByRole("button", { name: "Keep going" }).click();
  await page.getByRole("button", { name: "Abort…" }).click();
  await page.getByLabel("Reason for the abort").fill("storm over the harbour");
  expect(await seriousViolations(page)).toEqual([]);
  await page.getByRole("button", { name: "Abort and go back" }).click();
  await why(page)
    .getByText(/^Aborted by .*: storm over the harbour$/)
    .waitFor(WITHIN);
  expect(await page.getByRole("button", { name: "Pause" }).count()).toBe(0);
  await waitUntil(() => nodes.slice(0, 2).every((node) => node.running === GOOD));
  await waitUntil(async () => (await fleet.show(PATH)).includes(GOOD));
  await page
    .getByText("Channel stable names")
    .locator("..")
    .getByText("model 1a1a")
    .waitFor(WITHIN);
  const audits = await cloud.database.query<{ action: string }>(
    "select action from audit_log where action like 'rollout.%' order by id desc limit 4",
  );
  expect(audits.map(({ action }) => action).reverse()).toEqual([
    "rollout.start",
    "rollout.pause",
    "rollout.resume",
    "rollout.abort",
  ]);
});

test("a model that the canaries reject goes back by itself, and the page says which node said what", async () => {
  await connectFleet(GOOD);
  const page = await open();
  await rollouts().promote.mutate({ channel: "stable", digest: BAD, reason: "Looks good here" });
  await why(page)
    .getByText(/^Rolled back: .*MODEL_OUTPUT_NOT_FINITE/)
    .waitFor(WITHIN);
  await squares(page, "canary")
    .filter({ hasText: "rejected it, MODEL_OUTPUT_NOT_FINITE" })
    .first()
    .waitFor(WITHIN);
  await squares(page, "rest").filter({ hasText: "later" }).first().waitFor();
  await wave(page, "canary").getByText("goes back above 0 %").waitFor();
  expect((await newest())?.state).toBe("rolled-back");
  expect(await seriousViolations(page)).toEqual([]);
  // The history goes by J and K, and the address names the rollout.
  await page.keyboard.press("j");
  await why(page).getByText("storm over the harbour").waitFor(WITHIN);
  await page.reload();
  await why(page).getByText("storm over the harbour").waitFor(WITHIN);
});

test("a bad commit is told with code, file and line, until a good one comes", async () => {
  await connectFleet(GOOD);
  const page = await open();
  const good = stableFile(GOOD, { waves: WATCHED });
  const bad = await fleet.commit({ [PATH]: `${good}owner: me\n` }, "bad");
  const alert = page.getByRole("alert");
  await alert.getByText(`Commit ${bad.slice(0, 12)} is not taken`).waitFor(WITHIN);
  await alert.getByText("FLEET_FILE_INVALID").waitFor();
  await alert.getByText("channels/stable.yaml, line 8").waitFor();
  await alert.getByText("holds until a good one comes").waitFor();
  expect(await seriousViolations(page)).toEqual([]);
  // What cannot be committed is told in the form, in the same words.
  await page.getByRole("button", { name: "Promote" }).click();
  await page.getByLabel("Reason").fill("another");
  await page.getByRole("complementary").getByRole("button", { name: "Promote" }).click();
  await page
    .getByRole("complementary")
    .getByText(/FLEET_FILE_INVALID.*line 8/)
    .waitFor(WITHIN);
  await page.keyboard.press("Escape");
  await fleet.commit({ [PATH]: good }, "good");
  await alert.waitFor({ state: "detached", ...WITHIN });
});

test("on a phone the sentence, the squares and abort are in reach", async () => {
  await connectFleet(GOOD);
  await fleet.commit({ [PATH]: stableFile(SLOW, { waves: WATCHED }) }, "once more");
  const page = await open({ width: 390, height: 844, theme: "light" });
  await why(page).getByText("Waits for 1 node more").waitFor(WITHIN);
  expect(await page.getByRole("button", { name: "Abort…" }).isVisible()).toBe(true);
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
  expect(await page.evaluate("document.querySelector('[aria-label=Rollout]').scrollWidth")).toBe(
    390,
  );
  expect(await seriousViolations(page)).toEqual([]);
});
