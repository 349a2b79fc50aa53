import type { Box } from "../box.ts";
import type { ModelLayout } from "../model-catalog.ts";
import type { Letterbox } from "./letterbox.ts";
import { clipToFrame, suppressOverlaps } from "./non-maximum-suppression.ts";
import { cellCount, STRIDES, VALUES_BEFORE_CLASSES } from "./output-layout.ts";
import type { RawDetection, Thresholds } from "./raw-detection.ts";

/** How a model's raw output is read. */
export interface OutputReading {
  readonly layout: ModelLayout;
  readonly inputSize: number;
  readonly classCount: number;
  /** What one unit of a YOLOv5 box is in input pixels: `inputSize` for fractions, 1 for pixels. */
  readonly boxUnit: number;
}

/** Centre, width and height of row `index`, in input pixels. */
type BoxReader = (output: Float32Array, index: number) => readonly [number, number, number, number];

/**
 * Turns a model's raw output into detections: score = objectness x best class, per-class
 * suppression, boxes in fractions of the frame, clipped to it. The best first.
 */
export function decodeOutput(
  output: Float32Array,
  reading: OutputReading,
  letterbox: Letterbox,
  thresholds: Thresholds,
): RawDetection[] {
  const valuesPerBox = VALUES_BEFORE_CLASSES + reading.classCount;
  const readBox = reading.layout === "yolox" ? yoloxBoxReader(reading) : yolov5BoxReader(reading);
  const candidates: RawDetection[] = [];
  for (let index = 0; index < output.length / valuesPerBox; index++) {
    const start = index * valuesPerBox;
    const objectness = output[start + 4] ?? 0;
    if (objectness < thresholds.score) continue;
    const best = bestClass(output, start + VALUES_BEFORE_CLASSES, reading.classCount);
    const score = objectness * best.score;
    if (score < thresholds.score) continue;
    const [x, y, width, height] = readBox(output, index);
    const box: Box = [
      (x - width / 2 - letterbox.left) / letterbox.boxWidth,
      (y - height / 2 - letterbox.top) / letterbox.boxHeight,
      width / letterbox.boxWidth,
      height / letterbox.boxHeight,
    ];
    if (box.every(Number.isFinite)) candidates.push({ classId: best.classId, score, box });
  }
  return suppressOverlaps(candidates, thresholds.iou)
    .map((detection) => ({ ...detection, box: clipToFrame(detection.box) }))
    .filter(({ box }) => box[2] > 0 && box[3] > 0);
}

function bestClass(
  output: Float32Array,
  start: number,
  classCount: number,
): { classId: number; score: number } {
  let classId = 0;
  let score = 0;
  for (let candidate = 0; candidate < classCount; candidate++) {
    const value = output[start + candidate] ?? 0;
    if (value > score) {
      classId = candidate;
      score = value;
    }
  }
  return { classId, score };
}

function yolov5BoxReader({ classCount, boxUnit }: OutputReading): BoxReader {
  return (output, index) => {
    const start = index * (VALUES_BEFORE_CLASSES + classCount);
    return [
      (output[start] ?? 0) * boxUnit,
      (output[start + 1] ?? 0) * boxUnit,
      (output[start + 2] ?? 0) * boxUnit,
      (output[start + 3] ?? 0) * boxUnit,
    ];
  };
}

/** YOLOX gives offsets from its cell and logarithms of sizes, in units of the cell's stride. */
function yoloxBoxReader({ classCount, inputSize }: OutputReading): BoxReader {
  const cells = new Float32Array(cellCount(inputSize) * 3);
  let cell = 0;
  for (const stride of STRIDES) {
    const gridSize = inputSize / stride;
    for (let index = 0; index < gridSize * gridSize; index++) {
      cells.set([index % gridSize, Math.floor(index / gridSize), stride], cell);
      cell += 3;
    }
  }
  return (output, index) => {
    const start = index * (VALUES_BEFORE_CLASSES + classCount);
    const stride = cells[index * 3 + 2] ?? 0;
    return [
      ((output[start] ?? 0) + (cells[index * 3] ?? 0)) * stride,
      ((output[start + 1] ?? 0) + (cells[index * 3 + 1] ?? 0)) * stride,
      Math.exp(output[start + 2] ?? 0) * stride,
      Math.exp(output[start + 3] ?? 0) * stride,
    ];
  };
}
