import type { Box } from "@sentinel/protocol/box";
import type { HeadScale } from "../../inference/detect-head.ts";
import type { PictureFeatures } from "../../inference/feature-extractor.ts";
import type { TrainingPicture } from "../engine.ts";
import type { HeadSample } from "./head-gradients.ts";
import { buildTargets } from "./head-targets.ts";

/** Lays out what a head should answer for a picture whose features are known. */
export function headSample(
  scales: readonly HeadScale[],
  features: PictureFeatures,
  inputSize: number,
  { boxes, visible }: Pick<TrainingPicture, "boxes" | "visible">,
): HeadSample {
  return {
    features,
    targets: buildTargets(scales, features, inputSize, boxes),
    known: features.gridSizes.map((gridSize) => knownCells(gridSize, features, inputSize, visible)),
  };
}

/** The cells whose centre lies in the known part of the picture, or in the grey around the picture. */
function knownCells(
  gridSize: number,
  { letterbox }: PictureFeatures,
  inputSize: number,
  visible: Box,
): Uint8Array {
  const known = new Uint8Array(gridSize * gridSize);
  for (let cell = 0; cell < known.length; cell++) {
    const inputX = (((cell % gridSize) + 0.5) / gridSize) * inputSize;
    const inputY = ((Math.floor(cell / gridSize) + 0.5) / gridSize) * inputSize;
    const x = (inputX - letterbox.left) / letterbox.width;
    const y = (inputY - letterbox.top) / letterbox.height;
    const inside =
      x >= visible[0] &&
      x <= visible[0] + visible[2] &&
      y >= visible[1] &&
      y <= visible[1] + visible[3];
    known[cell] = inside ? 1 : 0;
  }
  return known;
}
