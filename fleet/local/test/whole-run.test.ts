import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../src/start/free-ports.ts";
import { repositoryPath } from "../src/start/repository.ts";
import { openPage, seriousViolations } from "./browser.ts";
import { launchBrowser } from "./launch-browser.ts";
import { StartProcess, temporaryDataDir } from "./start-process.ts";

const folder = temporaryDataDir();
let port = 0;
let browser: Browser;

beforeAll(async () => {
  port = await freePort();
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  folder.dispose();
});

const args = () => ["--data-dir", folder.path, "--port", String(port)];

test("one command: cameras are watched, a person's box and an event row appear, and the figures are whole", async () => {
  const start = new StartProcess([...args(), "--cameras", "4", "--for", "45s"]);
  await start.says("Dashboard: http://");
  // A run with --for lets guests look.
  const page = await openPage(browser, `http://127.0.0.1:${port}`, "/", { person: null });
  const tile = page.locator('article[data-camera-id][data-detections*="person"]').first();
  await tile.waitFor({ timeout: 40_000 });
  expect(await page.locator("article[data-camera-id]").count()).toBe(4);
  expect(await seriousViolations(page)).toEqual([]);
  await page.getByRole("link", { name: "Events" }).first().click();
  const row = page.locator("[data-event-id]").first();
  await row.waitFor({ timeout: 30_000 });
  await row.click();
  await page
    .getByRole("img", { name: /snapshot/i })
    .first()
    .waitFor({ timeout: 20_000 });
  expect(await seriousViolations(page)).toEqual([]);
  await page.getByRole("link", { name: "Nodes" }).first().click();
  await page.getByText("Complete up to").waitFor();
  expect(await seriousViolations(page)).toEqual([]);
  await page.close();

  const { code } = await start.exited;
  expect(code, start.stderr).toBe(0);
  const summary = start.summary;
  expect(Object.keys(summary)).toEqual([
    "cameras",
    "framesDecoded",
    "framesInferred",
    "inferPerSecond",
    "eventsCreated",
    "eventsCommitted",
    "lost",
    "duplicates",
    "captureToDisplayMs",
    "rssBytes",
  ]);
  expect(summary).toMatchObject({ cameras: 4, lost: 0, duplicates: 0 });
  expect(summary.framesInferred).toBeGreaterThan(20);
  expect(summary.eventsCreated).toBeGreaterThan(0);
  expect(summary.eventsCommitted).toBe(summary.eventsCreated);
}, 240_000);

test("a second start on the same data directory is refused and names the running one; Ctrl-C leaves nothing", async () => {
  const first = new StartProcess([...args(), "--cameras", "1"]);
  await first.says("ready: the first detection");
  const second = new StartProcess(["--data-dir", folder.path, "--port", String(await freePort())]);
  expect((await second.exited).code).toBe(1);
  expect(second.stderr).toContain("ALREADY_RUNNING");
  expect(second.stderr).toContain(String(first.child.pid));
  await first.says(/First sign-in, once, as admin: http:\/\/127\.0\.0\.1:\d+\/join#[0-9a-f]{64}/);
  const me = sentinel(["people", "me", "--json", "--data-dir", folder.path]);
  expect(JSON.parse(me.stdout)).toMatchObject({
    id: "service",
    role: "admin",
    anybodyThere: false,
  });
  const pids = startedPids();
  expect(pids.length).toBeGreaterThanOrEqual(2);
  const askedAt = Date.now();
  first.child.kill("SIGINT");
  expect((await first.exited).code, first.stderr).toBe(0);
  expect(Date.now() - askedAt).toBeLessThan(10_000);
  expect(pids.filter(isAlive)).toEqual([]);
  expect(existsSync(join(folder.path, "postgres", "postmaster.pid"))).toBe(false);
  const gone = sentinel(["people", "me", "--data-dir", folder.path]);
  expect(gone).toMatchObject({ status: 1, stdout: "" });
  expect(gone.stderr).toContain("CLOUD_UNKNOWN: give --url, set SENTINEL_URL, or start a cloud");
}, 240_000);

test("kill -9 of everything at once loses nothing, and yesterday's events are still there", async () => {
  const first = new StartProcess([...args(), "--cameras", "2"]);
  await first.says("ready: the first detection");
  await new Promise((resolve) => setTimeout(resolve, 4000));
  const pids = startedPids();
  first.child.kill("SIGKILL");
  for (const pid of pids) if (isAlive(pid)) process.kill(pid, "SIGKILL");
  await first.exited;
  const again = new StartProcess([...args(), "--cameras", "2", "--for", "15s"]);
  expect((await again.exited).code, again.stderr).toBe(0);
  expect(again.summary).toMatchObject({ lost: 0, duplicates: 0 });
}, 240_000);

test("a model that is refused is named, and the agent keeps the one that it has", async () => {
  const refused = join(folder.path, "refused.onnx");
  writeFileSync(refused, "not a model");
  const start = new StartProcess([...args(), "--cameras", "1", "--model", refused, "--for", "8s"]);
  expect((await start.exited).code, start.stderr).toBe(0);
  expect(start.stderr).toContain("MODEL_NOT_ONNX");
  expect(start.stderr).toContain("the agent keeps the model that it has, yolov5s-320");
  expect(start.summary.framesInferred).toBeGreaterThan(0);
}, 240_000);

test("kill -9 of the supervisor alone: the roles notice, and the next start begins at once", async () => {
  const first = new StartProcess([...args(), "--cameras", "1"]);
  await first.says("ready: the first detection");
  const pids = startedPids();
  first.child.kill("SIGKILL");
  await first.exited;
  const again = new StartProcess([...args(), "--cameras", "1", "--for", "10s"]);
  expect((await again.exited).code, again.stderr).toBe(0);
  expect(again.summary).toMatchObject({ lost: 0, duplicates: 0 });
  expect(pids.filter(isAlive)).toEqual([]);
}, 240_000);

test("kill -9 of the agent and of the cloud, one after the other, is survived by the rest", async () => {
  const start = new StartProcess([...args(), "--cameras", "2", "--for", "45s"]);
  await start.says("ready: the first detection");
  const [cloud, agent] = startedPids();
  if (cloud === undefined || agent === undefined) throw new Error("the roles were not started");
  // The longer part of the run: the one that follows it does not do as much.
  await new Promise((resolve) => setTimeout(resolve, 22_000));
  const inferred = framesInferred();
  process.kill(agent, "SIGKILL");
  await start.says("the edge agent ended with SIGKILL");
  await new Promise((resolve) => setTimeout(resolve, 6000));
  process.kill(cloud, "SIGKILL");
  await start.says("the cloud ended with SIGKILL");
  expect((await start.exited).code, start.stderr).toBe(0);
  expect(start.summary).toMatchObject({ lost: 0, duplicates: 0 });
  expect(start.summary.eventsCommitted).toBe(start.summary.eventsCreated);
  // The agent that was killed counts too.
  expect(start.summary.framesInferred).toBeGreaterThan(inferred);
}, 240_000);

/** What the agent has inferred, by its own telemetry. */
function framesInferred(): number {
  const { stdout } = sentinel(["nodes", "list", "--json", "--data-dir", folder.path]);
  const [node] = JSON.parse(stdout) as { telemetry: { framesInferred: number } | null }[];
  return node?.telemetry?.framesInferred ?? 0;
}

/** A command of the command line, run to its end. */
function sentinel(args: string[]) {
  const { PATH = "", HOME = "" } = process.env;
  const env = { PATH, HOME };
  return spawnSync(process.execPath, [repositoryPath("fleet/local/src/cli/main.ts"), ...args], {
    env,
    encoding: "utf8",
  });
}

/** Process ids of the roles, in the order in which they were started. */
function startedPids(): number[] {
  const entries = JSON.parse(readFileSync(join(folder.path, "processes.json"), "utf8")) as {
    pid: number;
  }[];
  return entries.map(({ pid }) => pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
