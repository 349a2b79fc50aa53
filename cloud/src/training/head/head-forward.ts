import { decodeOutput } from "@sentinel/protocol/model-io/decode-output";
import { VALUES_BEFORE_CLASSES } from "@sentinel/protocol/model-io/output-layout";
import type { RawDetection, Thresholds } from "@sentinel/protocol/model-io/raw-detection";
import { ANCHORS_PER_CELL, type HeadScale } from "../../inference/detect-head.ts";
import type { PictureFeatures } from "../../inference/feature-extractor.ts";

/** The objectness's place among the values of a box. */
export const OBJECTNESS = 4;

/** The logit of one row of the head in one cell. */
export function logitOf(
  { channels, weights, biases }: HeadScale,
  row: number,
  features: Float32Array,
  cell: number,
): number {
  let sum = biases[row] ?? 0;
  const weight = row * channels;
  const feature = cell * channels;
  for (let channel = 0; channel < channels; channel++) {
    sum += (weights[weight + channel] as number) * (features[feature + channel] as number);
  }
  return sum;
}

export function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

/**
 * What the model would answer for these features: `boxes x (5 + classes)`, boxes as centre, width and
 * height in fractions of the input. Boxes whose objectness is below `leastObjectness` are left at 0.
 */
export function headOutput(
  scales: readonly HeadScale[],
  features: PictureFeatures,
  classCount: number,
  leastObjectness: number,
): Float32Array {
  const values = VALUES_BEFORE_CLASSES + classCount;
  const gridSizeOf = ({ feature }: HeadScale) => features.gridSizes[feature] ?? 0;
  const boxes = scales.reduce((sum, scale) => sum + gridSizeOf(scale) ** 2 * ANCHORS_PER_CELL, 0);
  const output = new Float32Array(boxes * values);
  let first = 0;
  for (const scale of scales) {
    const gridSize = gridSizeOf(scale);
    const map = features.scales[scale.feature] ?? new Float32Array();
    const cells = gridSize * gridSize;
    for (let anchor = 0; anchor < ANCHORS_PER_CELL; anchor++) {
      const row = anchor * values;
      const [anchorWidth, anchorHeight] = scale.anchors[anchor] ?? [0, 0];
      for (let cell = 0; cell < cells; cell++) {
        const objectness = sigmoid(logitOf(scale, row + OBJECTNESS, map, cell));
        if (objectness < leastObjectness) continue;
        const at = (first + anchor * cells + cell) * values;
        const part = (value: number) => sigmoid(logitOf(scale, row + value, map, cell));
        output[at] = (part(0) * 2 - 0.5 + (cell % gridSize)) / gridSize;
        output[at + 1] = (part(1) * 2 - 0.5 + Math.floor(cell / gridSize)) / gridSize;
        output[at + 2] = (part(2) * 2) ** 2 * anchorWidth;
        output[at + 3] = (part(3) * 2) ** 2 * anchorHeight;
        output[at + OBJECTNESS] = objectness;
        for (let value = VALUES_BEFORE_CLASSES; value < values; value++) {
          output[at + value] = part(value);
        }
      }
    }
    first += cells * ANCHORS_PER_CELL;
  }
  return output;
}

/** What a head finds in a picture whose features are known. */
export function detectWith(
  scales: readonly HeadScale[],
  features: PictureFeatures,
  options: { classCount: number; inputSize: number; thresholds: Thresholds },
): RawDetection[] {
  const { classCount, inputSize, thresholds } = options;
  const output = headOutput(scales, features, classCount, thresholds.score);
  const reading = { layout: "yolov5", inputSize, classCount, boxUnit: inputSize } as const;
  return decodeOutput(output, reading, features.letterbox, thresholds);
}
