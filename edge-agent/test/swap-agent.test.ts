import { randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { ModelManifest } from "@sentinel/protocol/model-manifest";
import { expect, test } from "vitest";
import { AgentProcess } from "./agent-process.ts";
import { ModelServer } from "./model-server.ts";
import { Signer, sha256, withNote } from "./signing.ts";
import { crashesOnFrames, slowOnBlack } from "./strange-models.ts";
import { TestBroker } from "./test-broker.ts";
import { getModel, TESTDATA, YOLOX_NANO_FILE } from "./test-data.ts";
import { makeVideo, temporaryFolder } from "./video-fixtures.ts";
import { waitUntil } from "./wait-until.ts";

const SQUARE = { id: "square", name: "Square", url: join(TESTDATA, "clips", "opencv-vtest.avi") };
const BASE = readFileSync(YOLOX_NANO_FILE);
const BASE_DIGEST = sha256(BASE);

function configOf(broker: TestBroker, signer: Signer, changes: object = {}) {
  return {
    nodeId: broker.nodeId,
    dataDir: "data",
    broker: { url: broker.url },
    model: YOLOX_NANO_FILE,
    detectWorkers: 1,
    trustedKeys: [signer.pem],
    labels: { channel: "stable", ring: "canary" },
    cameras: [SQUARE],
    ...changes,
  };
}

/** Publishes a statement for a model and offers it. */
async function promote(
  of: { broker: TestBroker; signer: Signer; server: ModelServer },
  bytes: Uint8Array,
  counter: number,
  manifest: Partial<ModelManifest> = {},
): Promise<string> {
  const { broker, signer, server } = of;
  const digest = sha256(bytes);
  broker.desire({ statement: signer.statement({ digest, counter }) });
  await waitUntil("it waits for the model", () => {
    const report = broker.status?.modelReport;
    return report?.digest === digest && report.state === "fetching";
  });
  broker.command({
    id: randomUUID(),
    expiresAt: Date.now() + 60_000,
    type: "offer-model",
    digest,
    manifest: signer.manifest(await getModel(YOLOX_NANO_FILE), bytes, manifest),
    url: server.put(`${digest}.onnx`, bytes),
  });
  return digest;
}

/** The node says that it rejected its first statement's model, and watches on with the one before. */
async function expectBackOnBase(broker: TestBroker, rejected: string, code: string): Promise<void> {
  await waitUntil("it is online", () => broker.status !== null, 40_000);
  expect(broker.status).toMatchObject({
    model: { digest: BASE_DIGEST, fault: null },
    modelReport: { state: "rejected", counter: 1, digest: rejected, fault: { code } },
  });
  const ofBase = () =>
    broker.rows.filter(({ row }) => row.kind !== "gap" && row.modelDigest === BASE_DIGEST).length;
  await waitUntil("it watches on", () => ofBase() > 2, 40_000);
}

test("a signed statement brings another model to run, without a frame lost", async () => {
  const broker = await TestBroker.start();
  const [signer, server] = [new Signer(), await ModelServer.start()];
  const agent = new AgentProcess(temporaryFolder(), configOf(broker, signer));
  await agent.ready();
  await waitUntil("rows come", () => broker.rows.length >= 4, 40_000);
  expect(broker.status?.modelReport).toMatchObject({ state: "idle", digest: null });
  expect(broker.status?.labels).toEqual({ channel: "stable", ring: "canary" });
  const digest = await promote({ broker, signer, server }, withNote(BASE, "one"), 7);
  await waitUntil("it is active", () => broker.status?.modelReport?.state === "active", 40_000);
  expect(broker.status?.model?.digest).toBe(digest);
  const report = broker.status?.modelReport;
  expect(report).toMatchObject({ counter: 7, cohort: "stable.canary", digest, fault: null });
  expect(report?.lastSwap).toMatchObject({ from: BASE_DIGEST, to: digest, framesDropped: 0 });
  const states = broker.statuses.map((status) => status.online && status.modelReport?.state);
  expect(states).toEqual(expect.arrayContaining(["idle", "fetching", "trial", "active"]));
  const before = broker.rows.length;
  await waitUntil("rows name it", () => broker.rows.length > before + 3, 40_000);
  agent.kill("SIGTERM");
  expect(await agent.exited).toEqual({ code: 0, signal: null });
  const digests = broker.rows.flatMap(({ row }) => (row.kind === "gap" ? [] : [row.modelDigest]));
  expect(new Set(digests)).toEqual(new Set([BASE_DIGEST, digest]));
  expect(broker.invalid).toEqual([]);
});

test("kill -9 in the middle of a download: the next start goes on where it was, without another offer", async () => {
  const broker = await TestBroker.start();
  const [signer, server] = [new Signer(), await ModelServer.start()];
  const folder = temporaryFolder();
  const config = configOf(broker, signer, { cameras: [] });
  const first = new AgentProcess(folder, config);
  await first.ready();
  // The connection stays open after the first half and gives no more.
  server.stallAfter.push(2_000_000);
  const digest = await promote({ broker, signer, server }, withNote(BASE, "one"), 1);
  const part = join(folder, "data", "models", `${digest}.part`);
  await waitUntil(
    "half of it is here",
    () => existsSync(part) && statSync(part).size === 2_000_000,
  );
  first.kill("SIGKILL");
  await first.exited;
  const second = new AgentProcess(folder, config);
  await second.ready();
  await waitUntil("it is active", () => broker.status?.modelReport?.state === "active", 40_000);
  expect(server.asked.map(({ range, status }) => [range, status])).toEqual([
    [null, 200],
    ["bytes=2000000-", 206],
  ]);
  expect(broker.status?.model?.digest).toBe(digest);
  second.kill("SIGTERM");
  await second.exited;
  // It is what the next start begins with, although the configuration names another.
  const third = new AgentProcess(folder, config);
  await third.ready();
  const before = broker.statuses.length;
  await waitUntil("it is online", () => broker.statuses.length > before);
  expect(broker.status).toMatchObject({ model: { digest }, modelReport: { state: "active" } });
});

test("a disk that runs full while a model is fetched is told, gives its bytes back, and the rest goes on", async () => {
  const broker = await TestBroker.start();
  const [signer, server] = [new Signer(), await ModelServer.start()];
  const folder = temporaryFolder();
  const models = join(folder, "data", "models");
  mkdirSync(models, { recursive: true });
  // Room for the model and for what must stay free, at first.
  const disk = { folder: models, sizeBytes: 80 * 1024 * 1024 };
  const agent = new AgentProcess(folder, configOf(broker, signer), { disk });
  await agent.ready();
  server.stallAfter.push(1_000_000);
  const digest = await promote({ broker, signer, server }, withNote(BASE, "one"), 1);
  const part = agent.seen(join(models, `${digest}.part`));
  const isHere = () => existsSync(part) && statSync(part).size === 1_000_000;
  await waitUntil("a part of it is here", isHere);
  const filler = agent.seen(join(models, "filler"));
  expect(() => writeFileSync(filler, Buffer.alloc(disk.sizeBytes))).toThrow("ENOSPC");
  const before = broker.rows.length;
  server.resume();
  await waitUntil("it is told", () => {
    const report = broker.status?.modelReport;
    return report?.state === "fetching" && report.fault?.code === "MODEL_DISK_FULL";
  });
  expect(broker.status).toMatchObject({
    model: { digest: BASE_DIGEST, fault: null },
    modelReport: { counter: 1, digest },
  });
  await waitUntil("the part is given back", () => !existsSync(part));
  await waitUntil("it watches on", () => broker.rows.length > before + 3, 40_000);
  const late = broker.rows.slice(before).map(({ row }) => row);
  expect(late.every((row) => row.kind !== "gap" && row.modelDigest === BASE_DIGEST)).toBe(true);
  rmSync(filler);
  await waitUntil("it is active", () => broker.status?.modelReport?.state === "active", 60_000);
  expect(readdirSync(agent.seen(models))).toEqual([`${digest}.onnx`]);
  expect(broker.invalid).toEqual([]);
});

test("kill -9 twice in the trial: the agent goes back to the model before by itself, without a cloud", async () => {
  const broker = await TestBroker.start();
  const [signer, server] = [new Signer(), await ModelServer.start()];
  const folder = temporaryFolder();
  const config = configOf(broker, signer, { detect: { fps: 1 } });
  const first = new AgentProcess(folder, config);
  await first.ready();
  const digest = await promote({ broker, signer, server }, withNote(BASE, "one"), 1);
  await waitUntil("the trial", () => broker.status?.modelReport?.state === "trial", 40_000);
  first.kill("SIGKILL");
  await first.exited;
  const statuses = broker.statuses.length;
  const second = new AgentProcess(folder, config);
  await second.ready();
  const inTrial = () =>
    broker.statuses.length > statuses && broker.status?.modelReport?.state === "trial";
  await waitUntil("the trial again", inTrial, 40_000);
  expect(broker.status?.model?.digest).toBe(digest);
  second.kill("SIGKILL");
  await second.exited;
  const { port } = broker;
  await broker.stop();
  const third = new AgentProcess(folder, config);
  await third.ready();
  expect(third.stderr).toContain("MODEL_CRASHED_IN_TRIAL");
  const again = await TestBroker.start(broker.nodeId, port);
  await waitUntil("it is online", () => again.status !== null, 40_000);
  expect(again.status).toMatchObject({
    model: { digest: BASE_DIGEST, fault: null },
    modelReport: { state: "rejected", digest, fault: { code: "MODEL_CRASHED_IN_TRIAL" } },
  });
  await waitUntil(
    "it watches on",
    () => again.rows.some(({ row }) => row.kind !== "gap" && row.modelDigest === BASE_DIGEST),
    40_000,
  );
});

test("a model that hangs again and again is taken back like one that crashes", async () => {
  const broker = await TestBroker.start();
  const [signer, server] = [new Signer(), await ModelServer.start()];
  const folder = temporaryFolder();
  const clip = join(folder, "night.mkv");
  makeVideo(clip, "64x64", "-vf", "drawbox=color=black:t=fill", "-c:v", "ffv1");
  const config = configOf(broker, signer, {
    detect: { answerWithinMs: 1000 },
    cameras: [{ id: "night", url: clip }],
  });
  const first = new AgentProcess(folder, config);
  await first.ready();
  const bytes = slowOnBlack(4000, 200);
  const digest = await promote({ broker, signer, server }, bytes, 1, { inputSize: 32 });
  expect(await first.exited).toEqual({ code: 75, signal: null });
  expect(first.stderr).toContain("DETECTOR_THREADS_LOST");
  const second = new AgentProcess(folder, config);
  expect(await second.exited).toEqual({ code: 75, signal: null });
  const third = new AgentProcess(folder, config);
  await third.ready();
  await waitUntil("it is taken back", () => {
    const status = broker.status;
    return status?.model?.digest === BASE_DIGEST && status.modelReport?.state === "rejected";
  });
  expect(broker.status?.modelReport).toMatchObject({
    digest,
    fault: { code: "MODEL_CRASHED_IN_TRIAL" },
  });
});

test.runIf(process.arch === "x64")(
  "a model that crashes the runtime takes the agent with it twice, and is then taken back",
  async () => {
    const broker = await TestBroker.start();
    const [signer, server] = [new Signer(), await ModelServer.start()];
    const folder = temporaryFolder();
    const config = configOf(broker, signer);
    const first = new AgentProcess(folder, config);
    await first.ready();
    await waitUntil("rows come", () => broker.rows.length >= 4, 40_000);
    const bytes = crashesOnFrames();
    const digest = await promote({ broker, signer, server }, bytes, 1, { inputSize: 32 });
    expect(await first.exited).toEqual({ code: null, signal: "SIGFPE" });
    // Nothing is needed for what comes now but the disk.
    const { port } = broker;
    await broker.stop();
    const second = new AgentProcess(folder, config);
    expect(await second.exited).toEqual({ code: null, signal: "SIGFPE" });
    const third = new AgentProcess(folder, config);
    await third.ready();
    expect(third.stderr).toContain("MODEL_CRASHED_IN_TRIAL");
    const again = await TestBroker.start(broker.nodeId, port);
    await expectBackOnBase(again, digest, "MODEL_CRASHED_IN_TRIAL");
  },
);

test.runIf(process.arch === "x64")(
  "a model that crashes the runtime only days after its trial is taken back at the third crash, without a cloud",
  async () => {
    const broker = await TestBroker.start();
    const [signer, server] = [new Signer(), await ModelServer.start()];
    const folder = temporaryFolder();
    const clip = join(folder, "night.mkv");
    makeVideo(clip, "64x64", "-vf", "drawbox=color=black:t=fill", "-c:v", "ffv1");
    const config = configOf(broker, signer, { cameras: [{ id: "night", url: clip }] });
    const first = new AgentProcess(folder, config);
    await first.ready();
    const bytes = crashesOnFrames();
    const digest = await promote({ broker, signer, server }, bytes, 1, { inputSize: 32 });
    await waitUntil("it is active", () => broker.status?.modelReport?.state === "active", 40_000);
    const { port } = broker;
    await broker.stop();
    // The day comes.
    const byDay = { ...config, cameras: [SQUARE] };
    first.kill("SIGTERM");
    await first.exited;
    for (const _ of [1, 2, 3]) {
      const agent = new AgentProcess(folder, byDay);
      expect(await agent.exited).toEqual({ code: null, signal: "SIGFPE" });
    }
    const last = new AgentProcess(folder, byDay);
    await last.ready();
    expect(last.stderr).toContain("MODEL_KEEPS_CRASHING");
    const again = await TestBroker.start(broker.nodeId, port);
    await expectBackOnBase(again, digest, "MODEL_KEEPS_CRASHING");
  },
);
