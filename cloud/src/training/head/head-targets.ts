import type { Box } from "@sentinel/protocol/box";
import type { HeadScale } from "../../inference/detect-head.ts";
import type { PictureFeatures } from "../../inference/feature-extractor.ts";

/** An anchor answers for a box where neither side is this many times larger or smaller (YOLOv5's anchor_t). */
const MAX_RATIO = 4;

/** Where the head should see a box. */
export interface Target {
  /** Of the feature map. */
  readonly scale: number;
  readonly anchor: number;
  readonly cell: number;
  readonly classId: number;
  /** What the four box outputs should be after their sigmoid, 0..1. */
  readonly outputs: readonly [number, number, number, number];
  /** The box itself, centre and size in fractions of the input. */
  readonly box: readonly [x: number, y: number, width: number, height: number];
}

/**
 * The cells and anchors that answer for the boxes of a picture, as YOLOv5 assigns them
 * (ultralytics/yolov5, utils/loss.py, build_targets): every anchor of a similar shape, in the box's
 * cell and the two cells that its centre is nearest to. One place answers for one box: the last.
 *
 * @param boxes in fractions of the picture.
 */
export function buildTargets(
  scales: readonly HeadScale[],
  { letterbox, gridSizes }: PictureFeatures,
  inputSize: number,
  boxes: readonly { classId: number; box: Box }[],
): Target[] {
  const targets = new Map<string, Target>();
  for (const { classId, box } of boxes) {
    const width = (box[2] * letterbox.width) / inputSize;
    const height = (box[3] * letterbox.height) / inputSize;
    const x = (letterbox.left + box[0] * letterbox.width) / inputSize + width / 2;
    const y = (letterbox.top + box[1] * letterbox.height) / inputSize + height / 2;
    scales.forEach(({ anchors, feature: scale }) => {
      const gridSize = gridSizes[scale] ?? 1;
      anchors.forEach(([anchorWidth, anchorHeight], anchor) => {
        const across = width / anchorWidth;
        const down = height / anchorHeight;
        if (Math.max(across, 1 / across, down, 1 / down) >= MAX_RATIO) return;
        for (const [column, row] of cellsFor(x * gridSize, y * gridSize, gridSize)) {
          const cell = row * gridSize + column;
          targets.set(`${scale} ${anchor} ${cell}`, {
            scale,
            anchor,
            cell,
            classId,
            outputs: [
              (x * gridSize - column + 0.5) / 2,
              (y * gridSize - row + 0.5) / 2,
              Math.sqrt(across) / 2,
              Math.sqrt(down) / 2,
            ],
            box: [x, y, width, height],
          });
        }
      });
    });
  }
  return [...targets.values()];
}

/** The cell of a centre and its nearest neighbours across and down, where the grid has them. */
function cellsFor(x: number, y: number, gridSize: number): [column: number, row: number][] {
  const column = Math.min(gridSize - 1, Math.max(0, Math.floor(x)));
  const row = Math.min(gridSize - 1, Math.max(0, Math.floor(y)));
  const beside = x - column < 0.5 ? column - 1 : column + 1;
  const above = y - row < 0.5 ? row - 1 : row + 1;
  const cells: [number, number][] = [[column, row]];
  if (beside >= 0 && beside < gridSize) cells.push([beside, row]);
  if (above >= 0 && above < gridSize) cells.push([column, above]);
  return cells;
}
