import type { ModelLayout } from "@sentinel/protocol/model-catalog";
import { ModelRunner } from "../inference/model-runner.ts";
import type { TrainingPicture } from "../training/engine.ts";
import {
  bootstrapInterval,
  type Interval,
  weightedAveragePrecision,
} from "./bootstrap-interval.ts";
import { matchImage } from "./coco-matching.ts";

/** A model's file and what it is. */
export interface JudgedModel {
  file: Uint8Array;
  layout: ModelLayout;
  inputSize: number;
  classNames: readonly string[];
}

/** AP50 of one class before and after. */
export interface ClassFigures {
  className: string;
  before: number;
  after: number;
  boxes: number;
}

/** A candidate beside the model that it would replace, on the same pictures. AP50, 0..1. */
export interface ModelFigures {
  pictures: number;
  before: number;
  after: number;
  gain: number;
  /** Paired: both models on the same draw of pictures. */
  gainInterval: Interval | null;
  afterInterval: Interval | null;
  classes: ClassFigures[];
  /** Median time for a picture on this machine. */
  latencyMs: { before: number; after: number };
  /** The pictures on which most boxes are found or lost. */
  changed: { picture: string; foundBefore: number; foundAfter: number; boxes: number }[];
}

/** The agent's suppression; a score below which nobody looks. */
const THRESHOLDS = { score: 0.01, iou: 0.45 };
/** From here on an event is reported. */
const EVENT_SCORE = 0.4;
const AP50 = [0.5];
const EVERY_AREA = [0, Number.POSITIVE_INFINITY] as const;
const MAX_CHANGED = 20;

type Found = Awaited<ReturnType<ModelRunner["detect"]>>;

/**
 * Runs two models on pictures and compares what they find.
 * @throws CodedError TRAINING_BASE_UNUSABLE where one of them cannot be run or answers no numbers.
 */
export async function evaluateModel(
  before: JudgedModel,
  after: JudgedModel,
  pictures: readonly TrainingPicture[],
): Promise<ModelFigures> {
  const old = await findAll(before, pictures);
  const candidate = await findAll(after, pictures);
  const classIds = [...new Set(pictures.flatMap(({ boxes }) => boxes.map((b) => b.classId)))].sort(
    (a, b) => a - b,
  );
  const figure = (found: readonly Found[]) => {
    const figures = classIds.map((classId) =>
      weightedAveragePrecision(matchesOf(pictures, found, classId), 0),
    );
    const mean = (weights: readonly number[] | null) => {
      const values = figures.map((of) => of(weights)).filter((value) => value !== null);
      return values.length === 0 ? null : values.reduce((sum, v) => sum + v, 0) / values.length;
    };
    return { figures, mean };
  };
  const [was, is] = [figure(old.found), figure(candidate.found)];
  const gainOf = (weights: readonly number[] | null) => {
    const [a, b] = [was.mean(weights), is.mean(weights)];
    return a === null || b === null ? null : b - a;
  };
  return {
    pictures: pictures.length,
    before: was.mean(null) ?? 0,
    after: is.mean(null) ?? 0,
    gain: gainOf(null) ?? 0,
    gainInterval: bootstrapInterval(pictures.length, gainOf),
    afterInterval: bootstrapInterval(pictures.length, is.mean),
    classes: classIds.map((classId, index) => ({
      className: after.classNames[classId] ?? `class-${classId}`,
      before: was.figures[index]?.(null) ?? 0,
      after: is.figures[index]?.(null) ?? 0,
      boxes: pictures.reduce(
        (sum, { boxes }) => sum + boxes.filter((box) => box.classId === classId).length,
        0,
      ),
    })),
    latencyMs: { before: old.medianMs, after: candidate.medianMs },
    changed: mostChanged(pictures, old.found, candidate.found),
  };
}

async function findAll(model: JudgedModel, pictures: readonly TrainingPicture[]) {
  const runner = await ModelRunner.open(model.file, {
    layout: model.layout,
    inputSize: model.inputSize,
    classCount: model.classNames.length,
  });
  try {
    const found: Found[] = [];
    const times: number[] = [];
    for (const picture of pictures) {
      const startedAt = performance.now();
      found.push(await runner.detect(picture, THRESHOLDS));
      times.push(performance.now() - startedAt);
    }
    times.sort((a, b) => a - b);
    return { found, medianMs: times[Math.floor(times.length / 2)] ?? 0 };
  } finally {
    await runner.close();
  }
}

function matchesOf(
  pictures: readonly TrainingPicture[],
  found: readonly Found[],
  classId: number,
  leastScore = 0,
) {
  return pictures.map(({ boxes }, imageId) =>
    matchImage(
      imageId,
      boxes
        .filter((box) => box.classId === classId)
        .map(({ box }) => ({
          imageId,
          categoryId: classId,
          box,
          area: box[2] * box[3],
          isCrowd: false,
        })),
      (found[imageId] ?? [])
        .filter((detection) => detection.classId === classId && detection.score >= leastScore)
        .map(({ box, score }) => ({ imageId, categoryId: classId, box, score })),
      EVERY_AREA,
      AP50,
    ),
  );
}

function mostChanged(
  pictures: readonly TrainingPicture[],
  before: readonly Found[],
  after: readonly Found[],
): ModelFigures["changed"] {
  const countFound = (found: readonly Found[], place: number) => {
    const picture = pictures[place];
    if (picture === undefined) return 0;
    const classIds = new Set(picture.boxes.map(({ classId }) => classId));
    return [...classIds].reduce((sum, classId) => {
      const [match] = matchesOf([picture], [found[place] ?? []], classId, EVENT_SCORE);
      return sum + (match?.matched[0]?.filter(Boolean).length ?? 0);
    }, 0);
  };
  return pictures
    .map(({ picture, boxes }, place) => ({
      picture,
      foundBefore: countFound(before, place),
      foundAfter: countFound(after, place),
      boxes: boxes.length,
    }))
    .filter(({ foundBefore, foundAfter }) => foundBefore !== foundAfter)
    .sort((a, b) => Math.abs(b.foundAfter - b.foundBefore) - Math.abs(a.foundAfter - a.foundBefore))
    .slice(0, MAX_CHANGED);
}
