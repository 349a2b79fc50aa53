import { shuffled } from "../../evaluation/seeded-shuffle.ts";
import type { HeadScale } from "../../inference/detect-head.ts";
import type { EpochReport } from "../engine.ts";
import { adamStep, type Moments, noMoments } from "./adam.ts";
import { decodeState, encodeState, type HeadState } from "./head-checkpoint.ts";
import type { JudgedPicture } from "./head-figures.ts";
import { meanAp50 } from "./head-figures.ts";
import {
  emptyGradients,
  type HeadSample,
  pictureLoss,
  plainAlgebra,
  type ScaleGradients,
} from "./head-gradients.ts";

/** A picture with its features, its targets and what is really in it. */
export type HeadPicture = HeadSample & JudgedPicture;

/** What the head is trained with; the numbers were found by trying (docs/decisions). */
export interface HeadRecipe {
  epochs: number;
  learningRate: number;
  /** Pictures a step. */
  batch: number;
  /** The share of the way back to the old weights that each step takes. */
  pull: number;
  /** Epochs without a better validation after which it ends. */
  patience: number;
}

export const DEFAULT_RECIPE: HeadRecipe = {
  epochs: 12,
  learningRate: 0.001,
  batch: 4,
  pull: 0.002,
  patience: 5,
};

/** Rows of classes alone start from further away and can go further: nothing else hangs on them. */
const CLASSES_FASTER = 3;

/** The loss of one picture; its gradients are added where they are asked for. */
export type GradientsOf = (
  scales: readonly HeadScale[],
  sample: HeadSample,
  facts: { trained: readonly number[]; classCount: number },
  into: readonly ScaleGradients[] | null,
) => number;

/** Gradients written by hand, in plain arrays. */
export const plainGradients: GradientsOf = (scales, sample, { trained, classCount }, into) =>
  pictureLoss(scales, sample, trained, classCount, plainAlgebra(scales, sample, into));

interface HeadTrainingInput {
  scales: readonly HeadScale[];
  train: readonly HeadPicture[];
  validation: readonly HeadPicture[];
  /** The classes of which training pictures have boxes. */
  trained: readonly number[];
  classCount: number;
  inputSize: number;
  recipe: HeadRecipe;
  seed: number;
  gradients: GradientsOf;
}

interface HeadTrainingHooks {
  onEpoch(report: EpochReport): void;
  signal: AbortSignal;
  checkpoint: { load(): Promise<Uint8Array | null>; save(bytes: Uint8Array): Promise<void> };
}

/**
 * Trains the head on cached features. The head of the epoch with the least validation loss wins; where
 * none is better than the base model's without finding less, the base model's own stays.
 */
export async function trainHead(
  input: HeadTrainingInput,
  hooks: HeadTrainingHooks,
): Promise<{ scales: HeadScale[]; curve: EpochReport[]; bestEpoch: number }> {
  const { recipe, train } = input;
  const anchors = input.scales.flatMap(({ weights, biases }) => [weights, biases]);
  const state = (await resume(anchors, hooks)) ?? begin(input, anchors);
  const count = anchors.length;
  const present = state.floats.slice(0, count);
  const moments: Moments[] = anchors.map((_, index) => ({
    first: state.floats[count + index * 2] as Float32Array,
    second: state.floats[count + index * 2 + 1] as Float32Array,
  }));
  const best = state.floats.slice(count * 3);
  const scales = asScales(input.scales, present);
  while (state.epoch < recipe.epochs && state.epoch - state.best.epoch < recipe.patience) {
    hooks.signal.throwIfAborted();
    const startedAt = performance.now();
    state.epoch += 1;
    let trainLoss = 0;
    const order = shuffled(train.length, input.seed * 1000 + state.epoch);
    for (let from = 0; from < order.length; from += recipe.batch) {
      const gradients = emptyGradients(scales);
      for (const index of order.slice(from, from + recipe.batch)) {
        const sample = train[index] as HeadPicture;
        trainLoss += input.gradients(scales, sample, input, gradients);
      }
      state.step += 1;
      const flat = gradients.flatMap(({ weights, biases }) => [weights, biases]);
      const { learningRate, pull } = recipe;
      present.forEach((values, index) => {
        const anchor = anchors[index] as Float32Array;
        const faster = scales[Math.floor(index / 2)]?.learns === "classes" ? CLASSES_FASTER : 1;
        const rate = learningRate * faster;
        const options = { step: state.step, learningRate: rate, anchor, pull };
        adamStep(values, flat[index] as Float32Array, moments[index] as Moments, options);
      });
      // Lets signals and the other work of this process in.
      await new Promise((resolve) => setImmediate(resolve));
      hooks.signal.throwIfAborted();
    }
    const judged = judge(input, scales);
    const seconds = (performance.now() - startedAt) / 1000;
    const { ap50, loss } = judged;
    const report = {
      epoch: state.epoch,
      trainLoss: trainLoss / train.length,
      validationLoss: loss,
      validationAp50: ap50,
      seconds,
    };
    state.curve.push(report);
    // AP50 of a few pictures jumps; the loss does not. AP50 only has to stay above the base model's.
    if (ap50 >= state.leastAp50 && loss < state.best.loss) {
      state.best = { epoch: state.epoch, loss };
      best.forEach((values, index) => {
        values.set(present[index] as Float32Array);
      });
    }
    await hooks.checkpoint.save(encodeState(state));
    hooks.onEpoch(report);
  }
  return { scales: asScales(input.scales, best), curve: state.curve, bestEpoch: state.best.epoch };
}

function begin(input: HeadTrainingInput, anchors: readonly Float32Array[]): HeadState {
  const { ap50, loss } = judge(input, input.scales);
  const copies = () => anchors.map((values) => Float32Array.from(values));
  const moments = anchors.flatMap(({ length }) => {
    const { first, second } = noMoments(length);
    return [first, second];
  });
  return {
    epoch: 0,
    step: 0,
    curve: [],
    leastAp50: ap50,
    best: { epoch: 0, loss },
    floats: [...copies(), ...moments, ...copies()],
  };
}

async function resume(
  anchors: readonly Float32Array[],
  hooks: HeadTrainingHooks,
): Promise<HeadState | null> {
  const saved = await hooks.checkpoint.load();
  if (saved === null) return null;
  const lengths = anchors.map(({ length }) => length);
  return decodeState(saved, [...lengths, ...lengths.flatMap((n) => [n, n]), ...lengths]);
}

/** Validation AP50 and loss of a head; the training pictures are asked where there are no others. */
function judge(input: HeadTrainingInput, scales: readonly HeadScale[]) {
  const pictures = input.validation.length > 0 ? input.validation : input.train;
  const ap50 = meanAp50(scales, pictures, input.trained, input) ?? 0;
  const sum = pictures.reduce(
    (total, picture) => total + plainGradients(scales, picture, input, null),
    0,
  );
  return { ap50, loss: sum / pictures.length };
}

function asScales(scales: readonly HeadScale[], values: readonly Float32Array[]): HeadScale[] {
  return scales.map((scale, index) => ({
    ...scale,
    weights: values[index * 2] as Float32Array,
    biases: values[index * 2 + 1] as Float32Array,
  }));
}
