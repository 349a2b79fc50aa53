import type { ModelLayout } from "../model-catalog.ts";

/** Pixels of input per cell on the three scales of YOLOv5 and YOLOX. */
export const STRIDES = [8, 16, 32] as const;
const YOLOV5_ANCHORS_PER_CELL = 3;
/** x, y, width, height, objectness; then one score per class. */
export const VALUES_BEFORE_CLASSES = 5;

/** Cells of the three scales together. */
export function cellCount(inputSize: number): number {
  return STRIDES.reduce((sum, stride) => sum + (inputSize / stride) ** 2, 0);
}

/**
 * Tells YOLOv5 (three boxes per cell and head; a camera group's head may stand beside the model's own) from YOLOX (one) by the size of the output; null where it is
 * neither.
 *
 * @param outputShape batch x boxes x (5 + classes).
 */
export function findLayout(
  inputSize: number,
  outputShape: readonly number[],
): { layout: ModelLayout; classCount: number } | null {
  const [batch, boxes = 0, values = 0] = outputShape;
  const classCount = values - VALUES_BEFORE_CLASSES;
  if (outputShape.length !== 3 || batch !== 1 || classCount < 1 || inputSize % 32 !== 0)
    return null;
  const cells = cellCount(inputSize);
  if (boxes === cells) return { layout: "yolox", classCount };
  const perHead = cells * YOLOV5_ANCHORS_PER_CELL;
  if (boxes > 0 && boxes % perHead === 0) return { layout: "yolov5", classCount };
  return null;
}
