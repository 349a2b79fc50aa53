import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import type { RgbFrame } from "../src/decode/rgb-frame.ts";
import { DetectorPool } from "../src/detect/detector-pool.ts";
import { SessionThread } from "../src/detect/session-thread.ts";
import type { ResolvedModel } from "../src/model/resolved-model.ts";
import { getModel, readBus, YOLOX_NANO_FILE } from "./test-data.ts";
import { tinyModel, YOLOX_ROWS_AT_32 } from "./tiny-model.ts";

let model: ResolvedModel;
let bus: RgbFrame;
beforeAll(async () => {
  model = await getModel(YOLOX_NANO_FILE);
  bus = await readBus();
});

async function startPool(workers: number): Promise<DetectorPool> {
  const pool = new DetectorPool({ workers });
  onTestFinished(() => pool.stop());
  await pool.start(model);
  return pool;
}

const coded = (code: string) => expect.objectContaining({ code });
const classNames = (found: { className: string }[]) => found.map(({ className }) => className);

/** A copy of the model that a test may damage. */
async function copyModel(): Promise<ResolvedModel> {
  const dir = await mkdtemp(join(tmpdir(), "sentinel-pool-"));
  onTestFinished(() => rm(dir, { recursive: true }));
  const path = join(dir, "copy.onnx");
  await copyFile(model.path, path);
  return { ...model, name: "copy", path };
}

test("more frames than threads are all answered, and alike", async () => {
  const pool = await startPool(2);
  expect(pool.size).toBe(2);
  const asked = Array.from({ length: 7 }, () => pool.detect(bus));
  expect(pool.busy).toBe(7);
  const [first, ...others] = await Promise.all(asked);
  expect(pool.busy).toBe(0);
  expect(first?.[0]).toMatchObject({ classId: 5, className: "bus" });
  for (const other of others) expect(other).toEqual(first);
});

test("thresholds are the caller's", async () => {
  const pool = await startPool(1);
  const strict = await pool.detect(bus, { score: 0.8, iou: 0.45 });
  expect(strict.every(({ score }) => score >= 0.8)).toBe(true);
  expect((await pool.detect(bus)).length).toBeGreaterThan(strict.length);
});

test("a thread that ends rejects its next frame, is replaced, and the others go on", async () => {
  const pool = await startPool(2);
  const [doomed] = pool.threads;
  const asked = Array.from({ length: 6 }, () => pool.detect(bus));
  void doomed?.stop();
  const outcomes = await Promise.allSettled(asked);
  const rejected = outcomes.filter((outcome) => outcome.status === "rejected");
  expect(rejected.map(({ reason }) => reason)).toEqual([coded("DETECTOR_WORKER_DIED")]);
  await expect.poll(() => pool.size, { timeout: 20_000 }).toBe(2);
  expect(pool.threads).not.toContain(doomed);
  expect(classNames(await pool.detect(bus))).toContain("bus");
});

test("when all threads end, frames wait for the new ones", async () => {
  const pool = await startPool(1);
  await Promise.all(pool.threads.map((thread) => thread.stop()));
  expect(pool.size).toBe(0);
  expect(classNames(await pool.detect(bus))).toContain("bus");
});

test("what a thread is asked after its end is refused", async () => {
  const thread = new SessionThread();
  await thread.load(model.path);
  const stopped = thread.stop();
  const asked = thread.detect(bus, { score: 0.5, iou: 0.5 });
  await expect(asked).rejects.toEqual(coded("DETECTOR_WORKER_DIED"));
  await stopped;
  expect(thread).toMatchObject({ gone: true, lost: false });
});

test("the model is replaced while frames are being answered, and none is lost", async () => {
  const pool = await startPool(2);
  const other = await copyModel();
  const asked: Promise<unknown[]>[] = [];
  const timer = setInterval(() => asked.push(pool.detect(bus)), 20);
  onTestFinished(() => clearInterval(timer));
  await pool.replace(other);
  clearInterval(timer);
  expect(pool.model).toEqual(other);
  expect(pool.size).toBe(2);
  expect(asked.length).toBeGreaterThan(0);
  for (const found of await Promise.all(asked)) expect(found.length).toBeGreaterThan(0);
});

test("an answer names the model that saw the frame, also of frames around a replacement", async () => {
  const dir = await mkdtemp(join(tmpdir(), "sentinel-pool-"));
  onTestFinished(() => rm(dir, { recursive: true }));
  // One finds something in every frame, the other nothing in any.
  const [blind, keen] = await Promise.all(
    [0.1, 0.9].map(async (value) => {
      const path = join(dir, `${value}.onnx`);
      await writeFile(path, tinyModel({ inputSize: 32, output: [YOLOX_ROWS_AT_32, 85], value }));
      return await getModel(path);
    }),
  );
  if (blind === undefined || keen === undefined) throw new Error("there are two");
  const pool = new DetectorPool({ workers: 2 });
  onTestFinished(() => pool.stop());
  await pool.start(blind);
  const asked: ReturnType<DetectorPool["answer"]>[] = [];
  const timer = setInterval(() => asked.push(pool.answer(bus)), 1);
  onTestFinished(() => clearInterval(timer));
  for (const next of [keen, blind, keen]) await pool.replace(next);
  clearInterval(timer);
  const answers = await Promise.all(asked);
  for (const { digest, detections } of answers) {
    expect(digest).toBe(detections.length > 0 ? keen.digest : blind.digest);
  }
  expect(new Set(answers.map(({ digest }) => digest)).size).toBe(2);
});

test.each([
  ["is missing", "MODEL_FILE_MISSING", (path: string) => rm(path)],
  ["was changed", "MODEL_NOT_ONNX", (path: string) => writeFile(path, "something else")],
])("a new model that %s is refused and the old one keeps running", async (_what, code, damage) => {
  const pool = await startPool(1);
  const other = await copyModel();
  await damage(other.path);
  await expect(pool.replace(other)).rejects.toEqual(coded(code));
  expect(pool.model).toEqual(model);
  expect(classNames(await pool.detect(bus))).toContain("bus");
});

test("a new model that is not the one verified, or not as described, is refused", async () => {
  const pool = await startPool(1);
  const other = await copyModel();
  const refused = (change: Partial<ResolvedModel>) => pool.replace({ ...other, ...change });
  await expect(refused({ digest: "0".repeat(64) })).rejects.toEqual(coded("MODEL_HASH_MISMATCH"));
  await expect(refused({ layout: "yolov5" })).rejects.toEqual(coded("MODEL_LAYOUT_UNKNOWN"));
  await expect(refused({ inputSize: 320 })).rejects.toEqual(coded("MODEL_LAYOUT_UNKNOWN"));
  await expect(refused({ classNames: ["one"] })).rejects.toEqual(coded("MODEL_LAYOUT_UNKNOWN"));
  expect(pool.model).toEqual(model);
});

test("a frame whose bytes do not fit its size is refused and the thread lives on", async () => {
  const pool = await startPool(1);
  const { threads } = pool;
  await expect(pool.detect({ ...bus, height: bus.height * 2 })).rejects.toEqual(
    coded("DETECTOR_FAILED"),
  );
  expect(classNames(await pool.detect(bus))).toContain("bus");
  expect(pool.threads).toEqual(threads);
});

test("before start and after stop frames are refused, and stop rejects what waits", async () => {
  const idle = new DetectorPool({ workers: 1 });
  await expect(idle.detect(bus)).rejects.toEqual(coded("DETECTOR_NOT_STARTED"));
  const pool = await startPool(1);
  const asked = [pool.detect(bus), pool.detect(bus)];
  const outcomes = Promise.allSettled(asked);
  await pool.stop();
  expect((await outcomes).map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  expect(pool.model).toBeNull();
  await expect(pool.detect(bus)).rejects.toEqual(coded("DETECTOR_NOT_STARTED"));
});
