import { VALUES_BEFORE_CLASSES } from "@sentinel/protocol/model-io/output-layout";
import type * as Tensorflow from "@tensorflow/tfjs-core";
import { ANCHORS_PER_CELL, type HeadScale } from "../../inference/detect-head.ts";
import { type HeadAlgebra, pictureLoss, type ScaleGradients } from "../head/head-gradients.ts";
import type { GradientsOf } from "../head/head-training.ts";

interface Layer {
  /** The rows that are looked at, and the place of each. */
  rows: readonly number[];
  placeOf: ReadonlyMap<number, number>;
  /** `cells x rows`. */
  logits: Float32Array;
  errors: Float32Array;
}

/**
 * The gradients of the head with TensorFlow.js: a layer's logits in all cells are one product of
 * matrices, and its weights' gradients another one (errors transposed times features).
 */
export function tfjsGradients(tf: typeof Tensorflow): GradientsOf {
  return (scales, sample, { trained, classCount }, into) => {
    const maps = scales.map(({ feature }) => sample.features.scales[feature] as Float32Array);
    const layers = scales.map((scale, index) =>
      layerOf(tf, scale, maps[index] as Float32Array, trained, classCount),
    );
    const at = (scale: number, row: number, cell: number): [Layer, number] => {
      const layer = layers[scale] as Layer;
      return [layer, cell * layer.rows.length + (layer.placeOf.get(row) as number)];
    };
    const algebra: HeadAlgebra = {
      logit: (scale, row, cell) => {
        const [{ logits }, place] = at(scale, row, cell);
        return logits[place] as number;
      },
      learn: (scale, row, cell, error) => {
        const [{ errors }, place] = at(scale, row, cell);
        errors[place] = (errors[place] as number) + error;
      },
    };
    const loss = pictureLoss(scales, sample, trained, classCount, algebra);
    if (into !== null) {
      layers.forEach((layer, index) => {
        const scale = scales[index] as HeadScale;
        addGradients(tf, layer, scale, maps[index] as Float32Array, into[index] as ScaleGradients);
      });
    }
    return loss;
  };
}

function layerOf(
  tf: typeof Tensorflow,
  { channels, weights, biases }: HeadScale,
  map: Float32Array,
  trained: readonly number[],
  classCount: number,
): Layer {
  const values = VALUES_BEFORE_CLASSES + classCount;
  const parts = [0, 1, 2, 3, 4, ...trained.map((classId) => VALUES_BEFORE_CLASSES + classId)];
  const rows = Array.from({ length: ANCHORS_PER_CELL }, (_, anchor) =>
    parts.map((part) => anchor * values + part),
  ).flat();
  const chosen = new Float32Array(rows.length * channels);
  rows.forEach((row, place) => {
    chosen.set(weights.subarray(row * channels, (row + 1) * channels), place * channels);
  });
  const cells = map.length / channels;
  const logits = tf.tidy(() => {
    const products = tf.matMul(
      tf.tensor2d(map, [cells, channels]),
      tf.tensor2d(chosen, [rows.length, channels]),
      false,
      true,
    );
    const offsets = tf.tensor1d(rows.map((row) => biases[row] as number));
    return tf.add(products, offsets).dataSync() as Float32Array;
  });
  return {
    rows,
    placeOf: new Map(rows.map((row, place) => [row, place])),
    logits,
    errors: new Float32Array(cells * rows.length),
  };
}

function addGradients(
  tf: typeof Tensorflow,
  { rows, errors }: Layer,
  { channels }: HeadScale,
  map: Float32Array,
  into: ScaleGradients,
): void {
  const cells = map.length / channels;
  const [weights, biases] = tf.tidy(() => {
    const error = tf.tensor2d(errors, [cells, rows.length]);
    const product = tf.matMul(error, tf.tensor2d(map, [cells, channels]), true, false);
    return [product.dataSync() as Float32Array, tf.sum(error, 0).dataSync() as Float32Array];
  });
  rows.forEach((row, place) => {
    into.biases[row] = (into.biases[row] as number) + (biases[place] as number);
    for (let channel = 0; channel < channels; channel++) {
      const index = row * channels + channel;
      into.weights[index] =
        (into.weights[index] as number) + (weights[place * channels + channel] as number);
    }
  });
}
