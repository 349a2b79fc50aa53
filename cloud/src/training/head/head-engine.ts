import { cloudError } from "../../errors.ts";
import { readDetectHead, withHead } from "../../inference/detect-head.ts";
import { FeatureExtractor } from "../../inference/feature-extractor.ts";
import { addGroupHead } from "../../inference/group-head.ts";
import type { PictureSource, TrainingEngine, TrainingHooks, TrainingInput } from "../engine.ts";
import { headSample } from "./head-sample.ts";
import {
  DEFAULT_RECIPE,
  type GradientsOf,
  type HeadPicture,
  type HeadRecipe,
  plainGradients,
  trainHead,
} from "./head-training.ts";
import { verifyModel } from "./verify-model.ts";

/**
 * The default engine: the neck's features are computed once, then the detect layers are trained on
 * them by gradients written by hand (docs/decisions tells why, and what it was measured to do).
 */
export const headEngine: TrainingEngine = {
  name: "head",
  train: (input, hooks) => trainHeadModel(input, hooks, plainGradients),
};

/**
 * Trains the detect layers of a model, with gradients from wherever.
 * @throws CodedError TRAINING_BASE_UNUSABLE, TRAINING_DATASET_UNUSABLE.
 */
export async function trainHeadModel(
  input: TrainingInput,
  hooks: TrainingHooks,
  gradients: GradientsOf,
) {
  const trained = await trainedClasses(input.train);
  if (trained.length === 0) {
    throw cloudError("TRAINING_DATASET_UNUSABLE", "no training picture has a box");
  }
  const classCount = input.classNames.length;
  const own = readDetectHead(input.baseModel, classCount);
  const base = addGroupHead(input.baseModel, own, trained);
  const head = readDetectHead(base, classCount);
  const extractor = await FeatureExtractor.open(base, head, input.inputSize);
  const featuresOf = (source: PictureSource, stage: string) =>
    readPictures(
      source,
      stage,
      async (picture) => {
        const features = await extractor.extract(picture);
        const sample = headSample(head.scales, features, input.inputSize, picture);
        return { ...sample, boxes: picture.boxes };
      },
      hooks,
    );
  try {
    const train = await featuresOf(input.train, "reading pictures");
    const validation = await featuresOf(input.validation, "reading validation pictures");
    const { scales, curve } = await trainHead(
      {
        scales: head.scales,
        train,
        validation,
        trained,
        classCount,
        inputSize: input.inputSize,
        recipe: recipeOf(input),
        seed: input.seed,
        gradients,
      },
      {
        signal: hooks.signal,
        checkpoint: hooks.checkpoint,
        onEpoch: (report) => {
          hooks.onEpoch(report);
          hooks.onStage("training", report.epoch, recipeOf(input).epochs);
        },
      },
    );
    const model = withHead(base, head, scales);
    hooks.onStage("checking the model", 0, 1);
    await verifyModel(model, scales, train[0], input);
    hooks.onStage("checking the model", 1, 1);
    return { model, curve };
  } finally {
    await extractor.close();
  }
}

function recipeOf({ settings }: TrainingInput): HeadRecipe {
  return {
    ...DEFAULT_RECIPE,
    ...(settings.epochs === undefined ? {} : { epochs: settings.epochs }),
    ...(settings.learningRate === undefined ? {} : { learningRate: settings.learningRate }),
  };
}

/** The classes of which some training picture has a box, in their order. */
export async function trainedClasses(source: PictureSource): Promise<number[]> {
  const classes = new Set<number>();
  for (let index = 0; index < source.count; index++) {
    for (const { classId } of (await source.load(index)).boxes) classes.add(classId);
  }
  return [...classes].sort((a, b) => a - b);
}

async function readPictures(
  source: PictureSource,
  stage: string,
  read: (picture: Awaited<ReturnType<PictureSource["load"]>>) => Promise<HeadPicture>,
  hooks: TrainingHooks,
): Promise<HeadPicture[]> {
  const pictures: HeadPicture[] = [];
  for (let index = 0; index < source.count; index++) {
    hooks.signal.throwIfAborted();
    hooks.onStage(stage, index, source.count);
    pictures.push(await read(await source.load(index)));
  }
  hooks.onStage(stage, source.count, source.count);
  return pictures;
}
