import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { allocateFrame, type RgbFrame } from "../src/decode/rgb-frame.ts";
import { DEFAULT_THRESHOLDS, DetectorPool } from "../src/detect/detector-pool.ts";
import { SessionThread } from "../src/detect/session-thread.ts";
import type { ResolvedModel } from "../src/model/resolved-model.ts";
import { slowOnBlack } from "./strange-models.ts";
import { getModel } from "./test-data.ts";
import { temporaryFolder } from "./video-fixtures.ts";
import { waitUntil } from "./wait-until.ts";

const BLACK = allocateFrame(32, 32);
const WHITE: RgbFrame = allocateFrame(32, 32);
WHITE.data.fill(255);

const SIDE = 2600;

/** The file of a model that needs about so long for a black frame on this machine, now. */
async function slowModel(seconds: number): Promise<ResolvedModel> {
  const path = join(temporaryFolder(), "slow.onnx");
  const write = (times: number) => writeFileSync(path, slowOnBlack(SIDE, times));
  write(2);
  const thread = new SessionThread();
  await thread.load(path);
  const startedAt = performance.now();
  await thread.detect(BLACK, DEFAULT_THRESHOLDS);
  const perTimeMs = (performance.now() - startedAt) / 2;
  await thread.stop();
  write(Math.ceil((seconds * 1000) / perTimeMs));
  return await getModel(path);
}

async function startPool(model: ResolvedModel, workers: number, answerWithinMs: number) {
  const exhausted: string[] = [];
  const pool = new DetectorPool({
    workers,
    answerWithinMs,
    onExhausted: ({ code }) => exhausted.push(code),
  });
  onTestFinished(async () => {
    await pool.stop();
    // A thread that still hangs when the process ends would take it down.
    await waitUntil("every thread has ended", () => pool.lost === 0, 60_000);
  });
  await pool.start(model);
  return { pool, exhausted };
}

const outcome = (frame: Promise<unknown>) =>
  frame.then(
    () => "answered",
    (error: { code?: string }) => error.code,
  );

test("threads that are taken away in the middle of a frame, again and again, take nothing with them", {
  timeout: 180_000,
}, async () => {
  const { pool } = await startPool(await slowModel(1.5), 2, 500);
  for (let round = 0; round < 8; round += 1) {
    const hanging = pool.threads;
    const black = [pool.detect(BLACK), pool.detect(BLACK)].map(outcome);
    expect(await Promise.all(black)).toEqual(["DETECTOR_STUCK", "DETECTOR_STUCK"]);
    expect(hanging.every(({ lost }) => lost)).toBe(true);
    // Others have taken their places, while the models of the lost ones still run.
    await waitUntil("the places are taken", () => pool.size === 2);
    expect(await outcome(pool.detect(WHITE))).toBe("answered");
    await waitUntil("they end when their models return", () => pool.lost === 0, 60_000);
  }
});

test("where more threads hang than work, it is told once they do", async () => {
  const { pool, exhausted } = await startPool(await slowModel(3), 1, 500);
  expect(await outcome(pool.detect(BLACK))).toBe("DETECTOR_STUCK");
  expect(exhausted).toEqual([]);
  expect(await outcome(pool.detect(BLACK))).toBe("DETECTOR_STUCK");
  expect(exhausted).toEqual(["DETECTOR_THREADS_LOST"]);
});

test("a model is replaced though its threads hang; they are left after three seconds", {
  timeout: 120_000,
}, async () => {
  // Measured while others work it hangs for a part of this only.
  const slow = await slowModel(20);
  const { pool } = await startPool(slow, 1, 60_000);
  const black = outcome(pool.detect(BLACK));
  await pool.replace({ ...slow, name: "the same again" });
  expect(pool.lost).toBe(1);
  expect(await black).toBe("DETECTOR_STUCK");
  expect(await outcome(pool.detect(WHITE))).toBe("answered");
});
