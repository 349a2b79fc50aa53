import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { waitUntil } from "../../../cloud/test/wait-until.ts";
import { launchBrowser } from "./launch-browser.ts";
import { ClusterFixture, MODEL, NODE } from "./local-cluster-fixture.ts";
import { temporaryDataDir } from "./start-process.ts";

// The manifests of clusters/cloud and clusters/site-example, executed.

const folder = temporaryDataDir();
let fixture: ClusterFixture;
let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
  fixture = await ClusterFixture.start(folder.path);
  await fixture.startSite();
}, 400_000);
afterAll(async () => {
  await browser?.close();
  await fixture?.stop();
  folder.dispose();
}, 60_000);

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${fixture.address.url}${path}`, { redirect: "manual", headers });
/** Asks as the deployment's own tools do. */
const asked = (path: string) =>
  get(path, { authorization: `Bearer ${fixture.address.serviceToken}` });
const more = async (than: number) =>
  await waitUntil(async () => (await fixture.eventCount()) > than, 60_000);

test("every workload runs with the manifest's own settings, as many times as the manifest says", () => {
  const { pods, substitutions } = fixture.cluster;
  expect(pods.filter(({ ready }) => !ready)).toEqual([]);
  const count = (workload: string) => pods.filter(({ name }) => name.startsWith(workload)).length;
  const workloads = ["api-gateway", "camera-service", "fleet-controller", "ingest", "minio"];
  workloads.push("mosquitto", "training-controller", "web-dashboard", "inference");
  expect(workloads.map(count)).toEqual([2, 2, 1, 2, 1, 1, 1, 2, 1]);
  const kinds = new Set(substitutions.map(({ kind }) => kind));
  expect(kinds).toContain("public name");
  expect(kinds).not.toContain("setting");
});

test("the Ingress' rules hold: pages, API, video and blobs go each to their own, and nothing else is reached", async () => {
  expect((await get("/")).headers.get("content-type")).toContain("text/html");
  expect((await get("/api/trpc/people.me")).status).toBe(401);
  const api = await asked("/api/trpc/people.me");
  expect(api.status).toBe(200);
  expect(api.headers.get("x-content-type-options")).toBe("nosniff");
  expect((await get("/stream/node/camera/index.m3u8")).status).toBe(401);
  // The probes of the cloud's pods are not for the public: these are pages of the dashboard.
  expect(await (await get("/readyz")).text()).not.toContain("notReady");
  const blobs = await fetch(fixture.address.blobsUrl);
  expect([blobs.status, await blobs.text()]).toEqual([403, expect.stringContaining("<Code>")]);
});

test("the first admin comes by the set-up link, a camera is added, and its events reach the page", async () => {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  const { url, setupToken } = fixture.address;
  await page.goto(`${url}/join#${setupToken}`);
  await page.getByText("You will be admin").waitFor();
  await page.getByLabel("Name").fill("Ada");
  await page.getByLabel("Email").fill("ada@example.org");
  await page.getByLabel("Password").fill("correct horse battery staple");
  await page.getByRole("button", { name: "Come in" }).click();
  await page.getByRole("link", { name: "Live" }).first().waitFor();
  const [cookie] = await context.cookies(url);
  expect(cookie).toMatchObject({ secure: true, httpOnly: true });

  const heard: string[] = [];
  const feed = fixture.api.live.events.subscribe(
    {},
    { onData: ({ data }) => heard.push(data.event.nodeId) },
  );
  await fixture.addCamera("square");
  await waitUntil(() => heard.length > 0, 120_000);
  expect(new Set(heard)).toEqual(new Set([NODE]));
  feed.unsubscribe();

  await page.goto(url);
  await page.locator('article[data-camera-id="square"]').first().waitFor({ timeout: 60_000 });
  await page.getByRole("link", { name: "Events" }).first().click();
  const row = page.locator("[data-event-id]").first();
  await row.waitFor({ timeout: 60_000 });
  await row.click();
  // Uploaded by the site through the address that the cloud signed for the public.
  await page
    .getByRole("img", { name: /snapshot/i })
    .first()
    .waitFor({ timeout: 60_000 });
  await context.close();
}, 300_000);

test("an ingest pod that dies by kill -9 loses no event, and is started again", async () => {
  const victim = fixture.cluster.pod("ingest-0");
  const before = await fixture.eventCount();
  if (victim?.pid == null) throw new Error("ingest-0 does not run");
  process.kill(victim.pid, "SIGKILL");
  await more(before);
  await waitUntil(() => victim.isReady, 60_000);
  expect(victim.restarts).toBe(1);
}, 200_000);

test("pods of a rollout stop gracefully, one after the other: the page never sees it", async () => {
  const faults: number[] = [];
  let over = false;
  const visitor = (async () => {
    while (!over) {
      const { status } = await asked("/api/trpc/people.me");
      if (status !== 200) faults.push(status);
    }
  })();
  for (const name of ["api-gateway-0", "ingest-1"]) {
    const pod = fixture.cluster.pod(name);
    await pod?.stop(false);
    await pod?.start();
  }
  over = true;
  await visitor;
  expect(faults).toEqual([]);
}, 200_000);

test("a model is brought in by the command line, and a training job and its evaluation run as Jobs", async () => {
  const { api } = fixture;
  await api.training.setLoop.mutate({ enabled: false });
  const added = await fixture.sentinel("models", "add", MODEL);
  expect(added).toMatchObject({ name: MODEL, isNew: true });
  expect(await fixture.sentinel("models", "add", MODEL)).toMatchObject({ isNew: false });
  const folder = new URL("../../../../shared/testdata/coco", import.meta.url).pathname;
  const imported = await fixture.sentinel(
    "datasets",
    "import",
    folder,
    "--format",
    "yolo",
    "--camera",
    "yard",
  );
  expect(imported).toMatchObject({ imported: 126 });
  const query = { classes: ["dog", "cat", "car"] };
  const { datasetId } = await api.datasets.build.mutate({ name: "some", query });
  const { jobId } = await api.training.start.mutate({ datasetId, settings: { epochs: 2 } });
  const over = async () => {
    const { state, fault, modelDigest } = await api.training.byId.query({ jobId });
    if (fault !== null) throw new Error(JSON.stringify(fault));
    return state === "done" ? modelDigest : null;
  };
  await waitUntil(async () => (await over()) !== null, 200_000);
  const digest = (await over()) ?? "";
  await waitUntil(async () => {
    const [evaluation] = await api.models.evaluations.query({ digest });
    if (evaluation?.fault != null) throw new Error(JSON.stringify(evaluation.fault));
    return evaluation?.state === "done";
  }, 200_000);
  const jobs = fixture.cluster.jobs.map((name) => name.split("-")[0]);
  expect(jobs).toEqual(["training", "evaluation"]);
}, 500_000);

test("for all that nothing is lost and nothing double", async () => {
  const before = await fixture.eventCount();
  await more(before);
  await fixture.cluster.pod("inference-0")?.stop(true);
  const { created, lost, double } = await fixture.lostAndDouble();
  expect(created).toBeGreaterThan(10);
  expect({ lost, double }).toEqual({ lost: 0, double: 0 });
}, 200_000);
