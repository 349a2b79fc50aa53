/**
 * `npm run e2e:loop`: the whole way of learning, once, with real footage and parts: cameras, detection, questions
 * answered by keyboard in Chromium, dataset, training, gate, signature, commit, canary, every node; then a worse
 * model that the gate stops, and one that fails on a node and is rolled back. The last line is JSON with the
 * seconds of each stage. `--screenshots FOLDER` keeps pictures of every page.
 */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import {
  Stages,
  waitForLearning,
  waitForNodes,
  waitForRollout,
} from "../../src/loop/close-loop.ts";
import { freezeGoldenSet } from "../../src/loop/freeze-golden-set.ts";
import { makeLoopFootage } from "../../src/loop/loop-footage.ts";
import { LoopSite } from "../../src/loop/loop-site.ts";
import { ensureDebianPackages } from "../../src/setup/debian-packages.ts";
import { ensureFfmpeg } from "../../src/setup/ensure-ffmpeg.ts";
import { launchBrowser } from "../launch-browser.ts";
import { answerByKeyboard } from "./answer-by-keyboard.ts";
import { rollBackFailingModel } from "./failing-model.ts";
import { signInFirst } from "./sign-in-first.ts";
import { stopWorseModel } from "./worse-model.ts";

const HELP = `Usage: npm run e2e:loop -- [options]

Runs the whole way of learning once, with real cameras' footage, PostgreSQL, broker, S3, Git, three nodes and
Chromium: about ten minutes. The last line is JSON with the seconds of each stage.

Options:
  --answers NUMBER       questions answered by keyboard before the loop trains (default: 24)
  --screenshots FOLDER   keeps a picture of every page there
  --help                 shows this`;
const NODES = 3;
const ROAD_CAMERAS = 6;
const WRONG_ANSWERS = 24;
const CHANNEL = "stable";
const PAGES = ["live", "events", "map", "cameras", "nodes", "datasets", "training", "settings"];

const { values } = parseArgs({
  options: {
    answers: { type: "string", default: "24" },
    screenshots: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
const answers = Number(values.answers);
if (values.help || !Number.isInteger(answers) || answers < 10 || answers > 100) {
  process.stderr.write(values.help ? "" : "--answers: a whole number from 10 to 100\n\n");
  process.stdout.write(`${HELP}\n`);
  process.exit(values.help ? 0 : 2);
}
const say = (line: string) => process.stderr.write(`${line}\n`);
const pictures = values.screenshots === undefined ? null : resolve(values.screenshots);
if (pictures !== null) await mkdir(pictures, { recursive: true });

await ensureDebianPackages([
  { program: "chromium", packageName: "chromium", neededFor: "the end-to-end run in a browser" },
]);
const { path: ffmpeg } = await ensureFfmpeg(say);
const folder = await mkdtemp(join(tmpdir(), "sentinel-e2e-"));
say("making the footage of a site …");
const { config, golden } = await makeLoopFootage(folder, ffmpeg, ROAD_CAMERAS);
const stages = new Stages(say);
const site = await LoopSite.start(folder, config, NODES);
const browser = await launchBrowser();
let isDone = false;
try {
  const figures = await wholeWay();
  isDone = true;
  process.stdout.write(`${JSON.stringify(figures)}\n`);
} finally {
  await browser.close();
  await site.stop();
  if (isDone) await rm(folder, { recursive: true, force: true });
  else say(`everything of this run lies in ${folder}`);
}

async function wholeWay() {
  const { api } = site;
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: "dark",
  });
  const page = await context.newPage();
  await signInFirst(site, page, folder);
  stages.end("start", `${NODES} nodes, signed in by the one-time link`);

  await api.training.setLoop.mutate({ enabled: false, annotations: answers });
  await site.until("every camera's picture", 120_000, async () => {
    const cameras = await api.cameras.list.query();
    return cameras.filter(({ state }) => state === "live").length > golden.length ? true : null;
  });
  const frozen = await freezeGoldenSet(site, golden);
  await site.until("the first question", 120_000, async () => {
    const { classes } = await api.triage.summary.query();
    return classes.some(({ open }) => open > 0) ? true : null;
  });
  stages.end(
    "detection",
    `${golden.length + 1} cameras, ${frozen} golden pictures, first question`,
  );

  await api.training.setLoop.mutate({ enabled: true });
  const { lastAt, keys } = await answerByKeyboard(site, page, answers);
  const pressed = Object.entries(keys).map(
    ([key, times]) => `${times} × ${key === " " ? "Space" : key}`,
  );
  stages.end("triage", `${answers} annotations in Chromium: ${pressed.join(", ")}`);
  await shoot(page, "triage", "/triage");

  const model = await waitForLearning(site, lastAt, stages);
  for (const sentence of model.sentences) say(`          ${sentence}`);
  if (model.verdict !== "pass") throw new Error(`the gate says ${model.verdict}`);
  const { digest } = model;
  await api.models.approve.mutate({ digest });
  await api.rollouts.promote.mutate({ channel: CHANNEL, digest, reason: "It learnt from answers" });
  stages.end("decision", "approved, signed, named in a commit");
  await waitForNodes(site, digest, stages);
  await waitForEvents(digest);
  // Chromium draws with the processors that the nodes work on: it would be taken for the model's slowness.
  await waitForRollout(site, digest, stages);
  await shootAll(page, digest);

  const worse = await stopWorseModel(site, WRONG_ANSWERS, stages);
  for (const sentence of worse.sentences) say(`          ${sentence}`);
  await shoot(page, "model-worse", `/models?model=${worse.digest}`);
  // A division that has no result ends processes of the x86 family only.
  if (process.arch === "x64") {
    await rollBackFailingModel(site, CHANNEL, digest, stages);
    await shoot(page, "rollouts-rolled-back", "/rollouts");
  } else say(`a model that ends the process is not tried on ${process.arch}`);
  return { model: digest, answers, keys, seconds: stages.total, stages: stages.seconds };
}

/** Waits until every node has told an event that names the new model. */
async function waitForEvents(digest: string): Promise<void> {
  const told = await site.until("events of every node that name the model", 120_000, async () => {
    const { items } = await site.api.events.list.query({ limit: 200 });
    const named = items.filter(({ modelDigest }) => modelDigest === digest);
    const nodes = new Set(named.map(({ nodeId }) => nodeId));
    return nodes.size === NODES ? named.length : null;
  });
  stages.end("events", `${told} of the last 200 events name it, from every node`);
}

async function shootAll(page: Page, digest: string): Promise<void> {
  for (const name of PAGES) await shoot(page, name, `/${name}`);
  await shoot(page, "models", "/models");
  await shoot(page, "model", `/models?model=${digest}`);
  await shoot(page, "rollouts", "/rollouts");
}

/** Keeps a picture of a page, where they are wanted. */
async function shoot(page: Page, name: string, path: string): Promise<void> {
  if (pictures === null) return;
  await page.goto(`${site.cloud.url}${path}`);
  await page.waitForTimeout(3_000);
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}
