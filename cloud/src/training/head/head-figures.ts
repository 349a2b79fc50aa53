import type { Box } from "@sentinel/protocol/box";
import { weightedAveragePrecision } from "../../evaluation/bootstrap-interval.ts";
import { type ImageMatches, matchImage } from "../../evaluation/coco-matching.ts";
import type { HeadScale } from "../../inference/detect-head.ts";
import type { PictureFeatures } from "../../inference/feature-extractor.ts";
import { detectWith } from "./head-forward.ts";

/** Detections below this change no figure that anybody looks at. */
const LEAST_SCORE = 0.01;
/** The agent's own suppression. */
const AGENT_IOU = 0.45;
/** AP50: one threshold, all sizes. Boxes are fractions, so that every area lies within. */
const AP50 = [0.5];
const EVERY_AREA = [0, Number.POSITIVE_INFINITY] as const;

/** A picture with what is really in it. */
export interface JudgedPicture {
  readonly features: PictureFeatures;
  readonly boxes: readonly { classId: number; box: Box }[];
}

/** What a head finds of one class in pictures, against what is there, at IoU 0.5. */
export function matchesAt50(
  scales: readonly HeadScale[],
  pictures: readonly JudgedPicture[],
  classId: number,
  facts: { classCount: number; inputSize: number },
): ImageMatches[] {
  const thresholds = { score: LEAST_SCORE, iou: AGENT_IOU };
  return pictures.map(({ features, boxes }, imageId) => {
    const found = detectWith(scales, features, { ...facts, thresholds })
      .filter((detection) => detection.classId === classId)
      .map(({ box, score }) => ({ imageId, categoryId: classId, box, score }));
    const truth = boxes
      .filter((box) => box.classId === classId)
      .map(({ box }) => ({
        imageId,
        categoryId: classId,
        box,
        area: box[2] * box[3],
        isCrowd: false,
      }));
    return matchImage(imageId, truth, found, EVERY_AREA, AP50);
  });
}

/** AP50 averaged over the classes of which something is there; null where nothing is. */
export function meanAp50(
  scales: readonly HeadScale[],
  pictures: readonly JudgedPicture[],
  classIds: readonly number[],
  facts: { classCount: number; inputSize: number },
): number | null {
  const values = classIds
    .map((classId) => {
      const images = matchesAt50(scales, pictures, classId, facts);
      return weightedAveragePrecision(images, 0)(null);
    })
    .filter((value) => value !== null);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
