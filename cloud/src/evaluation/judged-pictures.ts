import type { Box } from "@sentinel/protocol/box";
import type { RawDetection } from "@sentinel/protocol/model-io/raw-detection";
import type { GroundTruth } from "./coco-evaluation.ts";
import type { FoundBox } from "./coco-matching.ts";

/** A picture that two models looked at, with what people said is in it and what each found. */
export interface JudgedPicture {
  readonly picture: string;
  readonly nodeId: string;
  readonly cameraId: string;
  readonly capturedAt: number;
  /** Of the picture, in pixels. */
  readonly width: number;
  readonly height: number;
  /** Of the frame that it was cut from. */
  readonly frameWidth: number;
  readonly frameHeight: number;
  /** Where the picture lies in its frame, in fractions. */
  readonly visible: Box;
  /** Boxes are fractions of the frame, here and below. */
  readonly truth: readonly { classId: number; box: Box; crowd: boolean }[];
  readonly before: readonly RawDetection[];
  readonly after: readonly RawDetection[];
}

/** Which of the two models. */
export type Side = "before" | "after";

/** What is really there, as COCO's figures need it: pixels of the frame, which tell small from large. */
export function truthOf(
  pictures: readonly JudgedPicture[],
  categories: GroundTruth["categories"],
): GroundTruth {
  return {
    imageIds: [...pictures.keys()],
    categories,
    boxes: pictures.flatMap((picture, imageId) =>
      picture.truth.map(({ classId, box, crowd }) => {
        const pixels = inPixels(box, picture);
        const area = pixels[2] * pixels[3];
        return { imageId, categoryId: classId, box: pixels, area, isCrowd: crowd };
      }),
    ),
  };
}

/** What a model found, in the same units. */
export function foundOf(pictures: readonly JudgedPicture[], side: Side): FoundBox[] {
  return pictures.flatMap((picture, imageId) =>
    picture[side].map(({ classId, score, box }) => ({
      imageId,
      categoryId: classId,
      box: inPixels(box, picture),
      score,
    })),
  );
}

/**
 * What lies within the part of the frame that people saw; null where nothing does. Of what is outside
 * nobody has said anything.
 */
export function clipToVisible(detection: RawDetection, visible: Box): RawDetection | null {
  const [x, y, width, height] = detection.box;
  const left = Math.max(x, visible[0]);
  const top = Math.max(y, visible[1]);
  const right = Math.min(x + width, visible[0] + visible[2]);
  const bottom = Math.min(y + height, visible[1] + visible[3]);
  if (right <= left || bottom <= top) return null;
  return { ...detection, box: [left, top, right - left, bottom - top] };
}

function inPixels([x, y, width, height]: Box, picture: JudgedPicture): Box {
  const { frameWidth, frameHeight } = picture;
  return [x * frameWidth, y * frameHeight, width * frameWidth, height * frameHeight];
}
