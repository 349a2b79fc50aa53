import { VALUES_BEFORE_CLASSES } from "@sentinel/protocol/model-io/output-layout";
import { ANCHORS_PER_CELL, type HeadScale } from "../../inference/detect-head.ts";
import type { PictureFeatures } from "../../inference/feature-extractor.ts";
import { logitOf, OBJECTNESS, sigmoid } from "./head-forward.ts";
import type { Target } from "./head-targets.ts";

/** The box's share of the loss, as YOLOv5 weighs it (hyp.scratch, box: 0.05). */
const BOX_WEIGHT = 0.05;

/** Where the objectness is below this the class is nobody's question. */
const LEAST_OBJECTNESS = 0.02;

/** A smaller error of one output changes nothing worth its time: almost every cell is plain background. */
const LEAST_GRADIENT = 0.002;

/** A picture as the head sees it. */
export interface HeadSample {
  readonly features: PictureFeatures;
  readonly targets: readonly Target[];
  /** By scale and cell: 1 where the picture is known. Elsewhere there is no loss. */
  readonly known: readonly Uint8Array[];
}

/** Gradients of one scale, in the shape of its weights and biases. */
export interface ScaleGradients {
  readonly weights: Float32Array;
  readonly biases: Float32Array;
}

/** Empty gradients for these scales. */
export function emptyGradients(scales: readonly HeadScale[]): ScaleGradients[] {
  return scales.map(({ weights, biases }) => ({
    weights: new Float32Array(weights.length),
    biases: new Float32Array(biases.length),
  }));
}

/** How logits of one picture are computed, and what becomes of their errors. */
export interface HeadAlgebra {
  /** The logit of a row of a scale's layer in a cell. */
  logit(scale: number, row: number, cell: number): number;
  /** Takes the loss's derivative by that logit. */
  learn(scale: number, row: number, cell: number, error: number): void;
}

/** Logits and gradients in plain arrays. @param into null where only the loss is asked for. */
export function plainAlgebra(
  scales: readonly HeadScale[],
  { features }: HeadSample,
  into: readonly ScaleGradients[] | null,
): HeadAlgebra {
  const mapOf = (layer: HeadScale) => features.scales[layer.feature] as Float32Array;
  return {
    logit: (scale, row, cell) => {
      const layer = scales[scale] as HeadScale;
      return logitOf(layer, row, mapOf(layer), cell);
    },
    learn: (scale, row, cell, error) => {
      if (into === null) return;
      const layer = scales[scale] as HeadScale;
      add(into[scale] as ScaleGradients, layer.channels, row, mapOf(layer), cell, error);
    },
  };
}

/**
 * The loss of one picture; its derivatives go to the algebra. Every output is a logit of a linear layer
 * under binary cross entropy, so the derivative is `sigmoid(logit) - target`. A layer that learns
 * everything: objectness should be the IoU of the predicted and the true box where a target stands, and
 * 0 elsewhere; the trained classes should be 1 for the target's own and 0 for the others. A layer that
 * learns classes: only these, and 0 where it sees an object that is none of them, as much as it sees one.
 *
 * @param trained the classes whose rows may change.
 */
export function pictureLoss(
  scales: readonly HeadScale[],
  { features, targets, known }: HeadSample,
  trained: readonly number[],
  classCount: number,
  algebra: HeadAlgebra,
): number {
  const values = VALUES_BEFORE_CLASSES + classCount;
  let loss = 0;
  const places = new Map<number, Target>();
  for (const target of targets) places.set(placeOf(target, features), target);

  const learn = (scale: number, row: number, cell: number, wanted: number, weight: number) => {
    const value = sigmoid(algebra.logit(scale, row, cell));
    loss += weight * crossEntropy(value, wanted);
    if (Math.abs(value - wanted) < LEAST_GRADIENT) return;
    algebra.learn(scale, row, cell, (value - wanted) * weight);
  };
  const learnNothing = (scale: number, row: number, cell: number) => {
    if (scales[scale]?.learns === "everything") return learn(scale, row, cell, 0, 1);
    const objectness = sigmoid(algebra.logit(scale, row, cell));
    if (objectness < LEAST_OBJECTNESS) return;
    for (const classId of trained) learn(scale, row + 1 + classId, cell, 0, objectness);
  };

  scales.forEach(({ anchors, feature, learns }, scale) => {
    const gridSize = features.gridSizes[feature] ?? 0;
    for (let anchor = 0; anchor < ANCHORS_PER_CELL; anchor++) {
      const row = anchor * values;
      for (let cell = 0; cell < gridSize * gridSize; cell++) {
        const target = places.get(placeOf({ scale: feature, anchor, cell }, features));
        if (target === undefined) {
          if (known[feature]?.[cell] === 1) learnNothing(scale, row + OBJECTNESS, cell);
          continue;
        }
        if (learns === "everything") {
          const part = (value: number) => sigmoid(algebra.logit(scale, row + value, cell));
          const box = boxOf(part, cell, gridSize, anchors[anchor] ?? [0, 0]);
          learn(scale, row + OBJECTNESS, cell, centreIou(box, target.box), 1);
          target.outputs.forEach((wanted, value) => {
            learn(scale, row + value, cell, wanted, BOX_WEIGHT);
          });
        }
        for (const classId of trained) {
          const wanted = classId === target.classId ? 1 : 0;
          learn(scale, row + VALUES_BEFORE_CLASSES + classId, cell, wanted, 1);
        }
      }
    }
  });
  return loss;
}

/** One number for each scale, anchor and cell of a picture. */
function placeOf(
  { scale, anchor, cell }: { scale: number; anchor: number; cell: number },
  { gridSizes }: PictureFeatures,
): number {
  const most = Math.max(...gridSizes) ** 2;
  return (scale * ANCHORS_PER_CELL + anchor) * most + cell;
}

function boxOf(
  part: (value: number) => number,
  cell: number,
  gridSize: number,
  [width, height]: readonly [number, number],
): readonly [number, number, number, number] {
  return [
    (part(0) * 2 - 0.5 + (cell % gridSize)) / gridSize,
    (part(1) * 2 - 0.5 + Math.floor(cell / gridSize)) / gridSize,
    (part(2) * 2) ** 2 * width,
    (part(3) * 2) ** 2 * height,
  ];
}

/** IoU of two boxes given by centre and size. */
export function centreIou(
  a: readonly [number, number, number, number],
  b: readonly [number, number, number, number],
): number {
  const across =
    Math.min(a[0] + a[2] / 2, b[0] + b[2] / 2) - Math.max(a[0] - a[2] / 2, b[0] - b[2] / 2);
  const down =
    Math.min(a[1] + a[3] / 2, b[1] + b[3] / 2) - Math.max(a[1] - a[3] / 2, b[1] - b[3] / 2);
  if (across <= 0 || down <= 0) return 0;
  const shared = across * down;
  return shared / (a[2] * a[3] + b[2] * b[3] - shared);
}

function crossEntropy(value: number, wanted: number): number {
  const safe = Math.min(1 - 1e-7, Math.max(1e-7, value));
  return -(wanted * Math.log(safe) + (1 - wanted) * Math.log(1 - safe));
}

function add(
  { weights, biases }: ScaleGradients,
  channels: number,
  row: number,
  map: Float32Array,
  cell: number,
  error: number,
): void {
  biases[row] = (biases[row] as number) + error;
  const weight = row * channels;
  const feature = cell * channels;
  for (let channel = 0; channel < channels; channel++) {
    weights[weight + channel] =
      (weights[weight + channel] as number) + error * (map[feature + channel] as number);
  }
}
