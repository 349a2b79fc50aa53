import { copyFileSync, mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { NumberedRow } from "@sentinel/protocol/event-batch";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { AgentProcess, isFfmpeg } from "./agent-process.ts";
import { TestBroker } from "./test-broker.ts";
import { TESTDATA, YOLOX_NANO_FILE } from "./test-data.ts";
import { temporaryFolder } from "./video-fixtures.ts";
import { waitUntil } from "./wait-until.ts";

const SQUARE = { id: "square", name: "Square", url: join(TESTDATA, "clips", "opencv-vtest.avi") };
const BROKEN = { id: "broken", url: join(TESTDATA, "bad", "videos", "audio-only.mp4") };

function configOf(broker: TestBroker, changes: object = {}) {
  return {
    nodeId: broker.nodeId,
    dataDir: "data",
    broker: { url: broker.url },
    model: YOLOX_NANO_FILE,
    detectWorkers: 1,
    cameras: [SQUARE],
    ...changes,
  };
}

/** Checks what must hold of the rows of any run: nothing missing, nothing twice, events whole. */
function expectWhole(rows: readonly NumberedRow[]): void {
  expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1));
  const kindsOf = new Map<string, string[]>();
  for (const { row } of rows) {
    if (row.kind === "gap") throw new Error(`a gap row: ${JSON.stringify(row)}`);
    kindsOf.set(row.eventId, [...(kindsOf.get(row.eventId) ?? []), row.kind]);
  }
  for (const kinds of kindsOf.values()) {
    expect(kinds.join(" ")).toMatch(/^began( improved)* ended$/);
  }
}

function readOutbox(dataDir: string) {
  const database = new Database(join(dataDir, "outbox.sqlite"), { readonly: true });
  const created = database.prepare<[], { n: number }>("SELECT sum(rows) AS n FROM ledger").get()?.n;
  const kept = database.prepare<[], { n: number }>("SELECT count(*) AS n FROM outbox").get()?.n;
  database.close();
  return { created, kept };
}

test("a camera is watched, its events reach the cloud, and a polite stop ends all of them", async () => {
  const broker = await TestBroker.start();
  const folder = temporaryFolder();
  const agent = new AgentProcess(folder, configOf(broker, { cameras: [SQUARE, BROKEN] }));
  await agent.ready();
  await waitUntil("12 rows are committed", () => broker.rows.length >= 12, 40_000);
  const status = broker.statuses.at(-1);
  if (status?.online !== true) throw new Error("the node is not online");
  expect(status.model).toMatchObject({ name: "yolox_nano", inputSize: 416, fault: null });
  expect(status.cameras).toMatchObject([
    { cameraId: "square", name: "Square", state: "live", fault: null, width: 768, height: 576 },
    { cameraId: "broken", state: "down", fault: { code: "CAMERA_NO_VIDEO_STREAM" } },
  ]);
  expect(status.cameras[1]?.nextAttemptAt).toBeGreaterThan(status.at - 60_000);
  const stoppedAt = Date.now();
  agent.kill("SIGTERM");
  expect(await agent.exited).toEqual({ code: 0, signal: null });
  expect(Date.now() - stoppedAt).toBeLessThan(8000);
  expectWhole(broker.rows);
  expect(broker.invalid).toEqual([]);
  expect(broker.rows.some(({ row }) => row.kind === "began" && row.className === "person")).toBe(
    true,
  );
  expect(
    broker.rows.some(({ row }) => row.kind === "ended" && row.endReason === "agent-stopped"),
  ).toBe(true);
  for (const { row } of broker.rows) {
    if (row.kind !== "gap") expect(row.snapshot?.sizeBytes).toBeGreaterThan(500);
  }
  const square = broker.telemetry.at(-1)?.cameras[0];
  expect(square).toMatchObject({ cameraId: "square" });
  expect(square?.fpsInferred).toBeGreaterThan(1.5);
  expect(readOutbox(join(folder, "data"))).toEqual({ created: broker.rows.length, kept: 0 });
  expect(broker.statuses.at(-1)?.online).toBe(false);
});

test("kill -9 at any moment: no row is lost or doubled, open tracks end as crashed", {
  timeout: 150_000,
}, async () => {
  const broker = await TestBroker.start();
  const folder = temporaryFolder();
  const config = configOf(broker, { detect: { fps: 10 } });
  const ffmpegs: number[] = [];
  for (const rowsMore of [6, 10, 14]) {
    const before = broker.rows.length;
    const agent = new AgentProcess(folder, config);
    await agent.ready();
    await waitUntil("rows are committed", () => broker.rows.length >= before + rowsMore, 40_000);
    // What it has done is known although it cannot say so at its end.
    await waitUntil("its totals are told", () => (agent.totals?.framesInferred ?? 0) > 0);
    // The cloud hears nothing of the last rows: they must come after the crash.
    broker.cut();
    ffmpegs.push(...agent.ffmpegs());
    agent.kill("SIGKILL");
    await agent.exited;
  }
  const last = new AgentProcess(folder, config);
  await last.ready();
  await waitUntil("the crash is told", () =>
    broker.rows.some(({ row }) => row.kind === "ended" && row.endReason === "agent-crashed"),
  );
  last.kill("SIGTERM");
  expect(await last.exited).toEqual({ code: 0, signal: null });
  expectWhole(broker.rows);
  expect(broker.committed.size).toBe(1);
  expect(readOutbox(join(folder, "data"))).toEqual({ created: broker.rows.length, kept: 0 });
  expect(broker.invalid).toEqual([]);
  expect(ffmpegs).toHaveLength(3);
  await waitUntil("no ffmpeg is left", () => !ffmpegs.some(isFfmpeg));
});

test("without a cloud the rows wait, over a restart, until there is one", async () => {
  const first = await TestBroker.start();
  const { port } = first;
  const config = configOf(first);
  await first.stop();
  const folder = temporaryFolder();
  const agent = new AgentProcess(folder, config);
  await agent.ready();
  await waitUntil("rows were written", () => (readOutbox(join(folder, "data")).kept ?? 0) > 3);
  agent.kill("SIGTERM");
  expect(await agent.exited).toEqual({ code: 0, signal: null });
  const broker = await TestBroker.start(first.nodeId, port);
  const again = new AgentProcess(folder, { ...config, cameras: [] });
  await again.ready();
  await waitUntil(
    "the cloud has all",
    () => broker.rows.length > 0 && readOutbox(join(folder, "data")).kept === 0,
  );
  expectWhole(broker.rows);
});

test("a model that cannot be used leaves the last good one running, and says why", async () => {
  const broker = await TestBroker.start();
  const folder = temporaryFolder();
  const first = new AgentProcess(folder, configOf(broker));
  await first.ready();
  first.kill("SIGTERM");
  await first.exited;
  const truncated = join(folder, "truncated.onnx");
  copyFileSync(YOLOX_NANO_FILE, truncated);
  truncateSync(truncated, 100_000);
  const agent = new AgentProcess(folder, configOf(broker, { model: truncated }));
  await agent.ready();
  await waitUntil("it is online", () => broker.statuses.at(-1)?.online === true);
  const status = broker.statuses.at(-1);
  expect(status).toMatchObject({
    model: { name: "yolox_nano", fault: { code: "MODEL_TRUNCATED" } },
  });
  const rows = broker.rows.length;
  await waitUntil("it goes on watching", () => broker.rows.length > rows);
});

test("where there is no model at all it says which and why, and exits", async () => {
  const broker = await TestBroker.start();
  const agent = new AgentProcess(
    temporaryFolder(),
    configOf(broker, { model: "/nonexistent/m.onnx" }),
  );
  expect(await agent.exited).toEqual({ code: 1, signal: null });
  expect(agent.stderr).toContain("MODEL_FILE_MISSING");
});

test("when its parent dies it stops as if it was told to", async () => {
  const broker = await TestBroker.start();
  const agent = new AgentProcess(temporaryFolder(), configOf(broker));
  await agent.ready();
  const ffmpegs = agent.ffmpegs();
  agent.disconnect();
  expect(await agent.exited).toEqual({ code: 0, signal: null });
  expect(ffmpegs.some(isFfmpeg)).toBe(false);
});

test("a data folder that cannot be written is one clear line and exit code 1", async () => {
  const broker = await TestBroker.start();
  const folder = temporaryFolder();
  writeFileSync(join(folder, "data"), "a file");
  const agent = new AgentProcess(folder, configOf(broker));
  expect(await agent.exited).toEqual({ code: 1, signal: null });
  const told = agent.stderr.split("\n").filter((line) => line.includes("OUTBOX_NOT_WRITABLE"));
  expect(told[0], agent.stderr).toContain("set dataDir to a folder that can be written");
});

test("a damaged outbox is told, and the file is left as it is", async () => {
  const broker = await TestBroker.start();
  const folder = temporaryFolder();
  mkdirSync(join(folder, "data"));
  writeFileSync(join(folder, "data", "outbox.sqlite"), "no database ".repeat(1000));
  const agent = new AgentProcess(folder, configOf(broker));
  expect(await agent.exited).toEqual({ code: 1, signal: null });
  expect(agent.stderr).toContain("OUTBOX_CORRUPT");
});

test("--check-config tells a good file and every fault of a bad one", async () => {
  const good = new AgentProcess(
    temporaryFolder(),
    { cameras: [SQUARE] },
    { args: ["--check-config"] },
  );
  expect(await good.exited).toEqual({ code: 0, signal: null });
  expect(good.stdout).toContain("the configuration is good");
  const bad = new AgentProcess(
    temporaryFolder(),
    "nodeId: 7\ncolour: red\ncameras: [{ id: a, url: x }, { id: a, url: x }]\n",
    { args: ["--check-config"] },
  );
  expect(await bad.exited).toEqual({ code: 2, signal: null });
  const told = bad.stderr.trim().split("\n");
  expect(told[0]).toBe("CONFIG_INVALID");
  expect(
    told.slice(1).map((line) => line.replace(/^.*edge\.yaml/, "edge.yaml")),
  ).toMatchInlineSnapshot(`
    [
      "edge.yaml:1 nodeId: 7; accepted: 1 to 64 lower-case letters, digits and inner dashes, for example gate-1",
      "edge.yaml:2 colour: this key is not known; accepted: nodeId, labels, trustedKeys, trustedKeysFile, dataDir, outboxMaxBytes, broker, health, model, modelCatalog, modelCacheDir, ffmpegPath, detectWorkers, logLevel, detect, cameras",
      "edge.yaml:3 cameras.1.id: "a" is already the id of cameras.0; accepted: an id that no other camera has",
    ]
  `);
});

test("no configuration, a missing one and an unknown option are exit code 2", async () => {
  const none = new AgentProcess(temporaryFolder(), null);
  expect((await none.exited).code).toBe(2);
  expect(none.stderr).toContain("--config is missing");
  const missing = new AgentProcess(temporaryFolder(), null, {
    args: ["--config", "/nonexistent/e.yaml"],
  });
  expect((await missing.exited).code).toBe(2);
  expect(missing.stderr).toContain("there is no such file");
  const unknown = new AgentProcess(temporaryFolder(), { cameras: [] }, { args: ["--chek-config"] });
  expect((await unknown.exited).code).toBe(2);
  expect(unknown.stderr).toContain("--chek-config");
});
