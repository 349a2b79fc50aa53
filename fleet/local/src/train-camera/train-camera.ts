import { readFile } from "node:fs/promises";
import {
  bootstrapInterval,
  type Interval,
  weightedAveragePrecision,
} from "@sentinel/cloud/evaluation/bootstrap-interval";
import { type HeadScale, readDetectHead } from "@sentinel/cloud/inference/detect-head";
import { FeatureExtractor } from "@sentinel/cloud/inference/feature-extractor";
import type { EpochReport, PictureSource, TrainingEngine } from "@sentinel/cloud/training/engine";
import { type JudgedPicture, matchesAt50 } from "@sentinel/cloud/training/head/head-figures";
import type { ResolvedModel } from "@sentinel/edge-agent/model/resolved-model";
import type { RgbPicture } from "@sentinel/protocol/model-io/letterbox";
import { localError } from "../errors.ts";
import { CocoSample } from "./coco-sample.ts";
import type { LabelledFrame } from "./labels-file.ts";
import type { FrameSplit } from "./split-frames.ts";

/** What came of it. AP from 0 to 1; those of COCO are null where there was no sample. */
export interface TrainCameraResult {
  ap50Before: number;
  ap50After: number;
  /** 95 % bootstrap interval of `ap50After`, over the test frames. */
  interval: Interval | null;
  cocoApBefore: number | null;
  cocoApAfter: number | null;
  /** From the first picture to the finished model; judging it comes on top. */
  seconds: number;
}

export interface TrainCameraOptions {
  model: ResolvedModel;
  engine: TrainingEngine;
  split: FrameSplit;
  pictures: ReadonlyMap<number, RgbPicture>;
  cocoFolder: string;
  seed: number;
  onStage: (stage: string, done: number, of: number) => void;
  onEpoch: (report: EpochReport) => void;
}

/** Trains a model on the frames of one camera, and judges it on other frames and on COCO. */
export async function trainCamera(
  options: TrainCameraOptions,
): Promise<{ result: TrainCameraResult; file: Uint8Array }> {
  const { model, engine, split, pictures } = options;
  const { inputSize, classNames } = model;
  const base = await readFile(model.path);
  checkClasses(split, classNames);
  const startedAt = performance.now();
  const trained = await engine.train(
    {
      baseModel: base,
      inputSize,
      classNames,
      train: sourceOf(split.train, pictures),
      validation: sourceOf(split.validation, pictures),
      settings: {},
      seed: options.seed,
    },
    {
      onStage: options.onStage,
      onEpoch: options.onEpoch,
      signal: new AbortController().signal,
      // A run from files is short; it begins anew where it was stopped.
      checkpoint: { load: async () => null, save: async () => {} },
    },
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const judged = await judge(options, base, trained.model);
  return { result: { ...judged, seconds }, file: trained.model };
}

async function judge(
  { model, split, pictures, cocoFolder, onStage }: TrainCameraOptions,
  base: Uint8Array,
  file: Uint8Array,
): Promise<Omit<TrainCameraResult, "seconds">> {
  const facts = { classCount: model.classNames.length, inputSize: model.inputSize };
  const before = readDetectHead(base, facts.classCount);
  const after = readDetectHead(file, facts.classCount);
  const extractor = await FeatureExtractor.open(base, before, facts.inputSize);
  try {
    const test: JudgedPicture[] = [];
    for (const { frame, boxes } of split.test) {
      onStage("judging on the test part", test.length, split.test.length);
      test.push({ features: await extractor.extract(pictureOf(pictures, frame)), boxes });
    }
    const classIds = [...new Set(split.test.flatMap(({ boxes }) => boxes.map((b) => b.classId)))];
    const ap50 = (scales: readonly HeadScale[]) => ap50Of(scales, test, classIds, facts);
    const afterwards = ap50(after.scales);
    const coco = await CocoSample.read(cocoFolder, extractor, (done, of) =>
      onStage("judging on COCO", done, of),
    );
    return {
      ap50Before: ap50(before.scales)(null) ?? 0,
      ap50After: afterwards(null) ?? 0,
      interval: bootstrapInterval(test.length, afterwards),
      cocoApBefore: coco?.averagePrecision(before.scales, facts) ?? null,
      cocoApAfter: coco?.averagePrecision(after.scales, facts) ?? null,
    };
  } finally {
    await extractor.close();
  }
}

/** Mean AP50 over classes, as a figure of weighted pictures. */
function ap50Of(
  scales: readonly HeadScale[],
  test: readonly JudgedPicture[],
  classIds: readonly number[],
  facts: { classCount: number; inputSize: number },
): (weights: readonly number[] | null) => number | null {
  const figures = classIds.map((classId) =>
    weightedAveragePrecision(matchesAt50(scales, test, classId, facts), 0),
  );
  return (weights) => {
    const values = figures.map((figure) => figure(weights)).filter((value) => value !== null);
    if (values.length === 0) return null;
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
}

function sourceOf(
  frames: readonly LabelledFrame[],
  pictures: ReadonlyMap<number, RgbPicture>,
): PictureSource {
  return {
    count: frames.length,
    load: async (index) => {
      const { frame, boxes } = frames[index] as LabelledFrame;
      const picture = pictureOf(pictures, frame);
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

function pictureOf(pictures: ReadonlyMap<number, RgbPicture>, frame: number): RgbPicture {
  const picture = pictures.get(frame);
  if (picture === undefined) throw localError("INPUT_INVALID", `the clip has no frame ${frame}`);
  return picture;
}

function checkClasses(split: FrameSplit, classNames: readonly string[]): void {
  const all = [...split.train, ...split.validation, ...split.test];
  const unknown = all.flatMap(({ boxes }) => boxes).find((box) => box.classId >= classNames.length);
  if (unknown === undefined) return;
  throw localError(
    "INPUT_INVALID",
    `classId ${unknown.classId} of the labels is no class of the model; accepted: 0 (${classNames[0]}) to ${classNames.length - 1} (${classNames.at(-1)})`,
  );
}
