import { createHash } from "node:crypto";
import type { Box } from "@sentinel/protocol/box";
import type { SnapshotRef } from "@sentinel/protocol/event-batch";
import type { RgbFrame } from "../decode/rgb-frame.ts";
import { boxRegion, cropRegion, regionBox } from "./crop-region.ts";
import { encodeJpeg } from "./jpeg-encoder.ts";
import { sharpness } from "./sharpness.ts";

/** Long side of a snapshot, in pixels. */
const LONG_SIDE = 640;
const JPEG_QUALITY = 80;

/** An object larger than this does not make a better snapshot. */
const ENOUGH_PIXELS = 320 * 320;

/** Sharper than this is sharp enough; see sharpness(). A blurred picture still counts a fifth. */
const ENOUGH_SHARPNESS = 100;
const LEAST_SHARPNESS_FACTOR = 0.2;

/** The JPEG of a track's best frame, and how the cloud is told of it. */
export interface Snapshot {
  ref: SnapshotRef;
  jpeg: Uint8Array;
}

/** How good a snapshot of a box would be: score times area in pixels, as far as it is sharp. */
export function snapshotQuality(picture: RgbFrame, box: Box, score: number): number {
  const region = boxRegion(box, picture.width, picture.height);
  const pixels = Math.min(region.width * region.height, ENOUGH_PIXELS);
  const sharp = Math.min(sharpness(picture, region) / ENOUGH_SHARPNESS, 1);
  return score * pixels * Math.max(sharp, LEAST_SHARPNESS_FACTOR);
}

/** Cuts a box with context out of a frame. The frame may be released as soon as this returns. */
export async function takeSnapshot(picture: RgbFrame, box: Box): Promise<Snapshot> {
  const region = cropRegion(box, picture.width, picture.height);
  const { bytes, width, height } = await encodeJpeg(picture, region, {
    longSide: LONG_SIDE,
    quality: JPEG_QUALITY,
  });
  return {
    jpeg: bytes,
    ref: {
      sha256: createHash("sha256").update(bytes).digest("hex"),
      sizeBytes: bytes.length,
      width,
      height,
      crop: regionBox(region, picture.width, picture.height),
    },
  };
}
