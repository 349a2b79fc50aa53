import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readDetectHead } from "@sentinel/cloud/inference/detect-head";
import type { EpochReport, PictureSource, TrainingEngine } from "@sentinel/cloud/training/engine";
import { headEngine } from "@sentinel/cloud/training/head/head-engine";
import { tfjsEngine } from "@sentinel/cloud/training/tfjs/tfjs-engine";
import { locateFfmpeg } from "@sentinel/edge-agent/decode/ffmpeg-location";
import { resolveModel } from "@sentinel/edge-agent/model/resolve-model";
import type { ResolvedModel } from "@sentinel/edge-agent/model/resolved-model";
import { afterAll, beforeAll, expect, test } from "vitest";
import { modelCacheDir } from "../src/config.ts";
import { repositoryPath } from "../src/start/repository.ts";
import { readClipPictures } from "../src/train-camera/clip-pictures.ts";
import { type LabelledFrame, labelsSchema } from "../src/train-camera/labels-file.ts";

const DATA = repositoryPath("../shared/testdata");
const CLIP = join(DATA, "clips/intel-car-detection.mp4");
const LABELS = join(DATA, "labels/intel-car-detection.json");
const folder = mkdtempSync(join(tmpdir(), "sentinel-train-"));
let model: ResolvedModel;
let train: PictureSource;
let validation: PictureSource;

beforeAll(async () => {
  const catalogPath = repositoryPath("fleet/state/models.yaml");
  model = await resolveModel({
    nameOrFile: "yolov5s-320",
    catalogPath,
    cacheDir: modelCacheDir(),
  });
  const labels = labelsSchema.parse(JSON.parse(readFileSync(LABELS, "utf8")));
  const withBoxes = labels.filter(({ boxes }) => boxes.length > 0).slice(0, 8);
  train = await sourceOf(withBoxes.slice(0, 6));
  validation = await sourceOf(withBoxes.slice(6));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function sourceOf(frames: LabelledFrame[]): Promise<PictureSource> {
  const numbers = frames.map(({ frame }) => frame);
  const pictures = await readClipPictures(CLIP, numbers, await locateFfmpeg());
  return {
    count: frames.length,
    load: async (index) => {
      const { frame, boxes } = frames[index] as LabelledFrame;
      const picture = pictures.get(frame);
      if (picture === undefined) throw new Error(`no frame ${frame}`);
      return {
        ...picture,
        picture: String(frame),
        visible: [0, 0, 1, 1],
        boxes,
        group: "clip",
      };
    },
  };
}

/** Trains three epochs; stops after `stopAfter` and goes on from what was saved. @returns the file's digest. */
async function run(engine: TrainingEngine, stopAfter: number | null = null): Promise<string> {
  const { file } = await trained(engine, stopAfter);
  return createHash("sha256").update(file).digest("hex");
}

async function trained(engine: TrainingEngine, stopAfter: number | null = null) {
  let saved: Uint8Array | null = null;
  const input = {
    baseModel: readFileSync(model.path),
    inputSize: model.inputSize,
    classNames: model.classNames,
    train,
    validation,
    settings: { epochs: 3 },
    seed: 5,
  };
  const attempt = async (stopping: AbortController, stopAt: number | null) => {
    const { model: file, curve } = await engine.train(input, {
      onStage: () => {},
      onEpoch: ({ epoch }: EpochReport) => {
        if (epoch === stopAt) stopping.abort();
      },
      signal: stopping.signal,
      checkpoint: {
        load: async () => saved,
        save: async (bytes) => {
          saved = Uint8Array.from(bytes);
        },
      },
    });
    return { file, curve };
  };
  if (stopAfter !== null) {
    await expect(attempt(new AbortController(), stopAfter)).rejects.toThrow();
    expect(saved).not.toBeNull();
  }
  return attempt(new AbortController(), null);
}

test("the same input gives the same bytes, also after a stop between two epochs", async () => {
  const whole = await run(headEngine);
  expect(await run(headEngine)).toBe(whole);
  expect(await run(headEngine, 1)).toBe(whole);
});

test("the engine on TensorFlow.js gives the same bytes again, and agrees with the one by hand", async () => {
  const [byHand, algebra] = [await trained(headEngine), await trained(tfjsEngine)];
  expect(await run(tfjsEngine)).toBe(createHash("sha256").update(algebra.file).digest("hex"));
  expect(algebra.curve).toHaveLength(byHand.curve.length);
  for (const [index, point] of algebra.curve.entries()) {
    const other = byHand.curve[index];
    expect(Math.abs(point.trainLoss / (other?.trainLoss ?? 0) - 1)).toBeLessThan(1e-3);
    expect(Math.abs(point.validationLoss / (other?.validationLoss ?? 0) - 1)).toBeLessThan(1e-3);
    expect(point.validationAp50).toBeCloseTo(other?.validationAp50 ?? 0, 2);
  }
  const headOf = (file: Uint8Array) => readDetectHead(file, model.classNames.length).scales;
  const base = headOf(readFileSync(model.path));
  const [ours, theirs] = [headOf(byHand.file), headOf(algebra.file)];
  expect(theirs.map(({ learns }) => learns)).toEqual(ours.map(({ learns }) => learns));
  // What was learnt is far larger than what the two engines differ by.
  for (const [index, { weights }] of ours.entries()) {
    expect(furthest(weights, theirs[index]?.weights)).toBeLessThan(1e-3);
  }
  const group = ours.findIndex(({ learns }) => learns === "everything");
  expect(furthest(ours[group]?.weights, base[0]?.weights)).toBeGreaterThan(5e-3);
});

/** The largest difference between two lists of numbers. */
function furthest(a: Float32Array | undefined, b: Float32Array | undefined): number {
  if (a === undefined || b === undefined || a.length !== b.length) return Number.POSITIVE_INFINITY;
  return a.reduce((most, value, index) => Math.max(most, Math.abs(value - (b[index] ?? 0))), 0);
}

function sentinel(args: string[]) {
  return spawnSync(process.execPath, [repositoryPath("fleet/local/src/cli/main.ts"), ...args], {
    encoding: "utf8",
    maxBuffer: 1e8,
  });
}

test("a camera's cars are learnt from half of its clip, and COCO is not forgotten", () => {
  const out = join(folder, "model.onnx");
  const args = ["--clip", CLIP, "--labels", LABELS, "--split", "0.5", "--out", out, "--json"];
  const { stdout, stderr, status } = sentinel(["train", "camera", ...args]);
  expect(status, stderr).toBe(0);
  const result = JSON.parse(stdout) as Record<string, number> & { interval: number[] };
  expect(result.ap50Before).toBeLessThan(0.6);
  expect(result.ap50After).toBeGreaterThanOrEqual(0.9);
  expect((result.cocoApBefore ?? 1) - (result.cocoApAfter ?? 0)).toBeLessThanOrEqual(0.01);
  expect(result.interval[0]).toBeLessThanOrEqual(result.ap50After ?? 0);
  // The agent's own eyes read the file, and find the cars.
  const seen = sentinel(["detect", CLIP, "--frames", "340", "--model", out, "--json"]);
  expect(seen.status, seen.stderr).toBe(0);
}, 240_000);

test.each([
  ["[]", "at least 4 frames"],
  ['[{"frame": -1, "boxes": []}]', "0.frame is -1"],
  [JSON.stringify(frames(999, 0)), "the training part has"],
  [JSON.stringify(frames(0, 80)), "classId 80"],
  ["{", "not JSON"],
])("labels %j are refused by what is wrong with them", (text, told) => {
  const labels = join(folder, "labels.json");
  writeFileSync(labels, text);
  const { stderr, status } = sentinel(["train", "camera", "--clip", CLIP, "--labels", labels]);
  expect(stderr).toContain(told);
  expect(status).toBe(2);
});

/** Ten frames with a box of the class from frame number `from` on. */
function frames(from: number, classId: number) {
  return Array.from({ length: 10 }, (_, frame) => ({
    frame,
    boxes: frame >= from ? [{ classId, box: [0.1, 0.1, 0.2, 0.2] }] : [],
  }));
}
