import sharp from "sharp";
import type { RgbFrame } from "../decode/rgb-frame.ts";
import type { PixelRegion } from "./crop-region.ts";

// libvips keeps results of earlier pictures; every frame is new, so that would only cost memory. One
// thread a picture: the cores belong to the detector.
sharp.cache(false);
sharp.concurrency(1);

/** An encoded picture. */
export interface Jpeg {
  bytes: Buffer;
  /** Pixels. */
  width: number;
  height: number;
}

/**
 * Encodes a region of a frame as JPEG, made smaller where its long side is longer than allowed. The
 * pixels are copied before the function returns, so the frame may be released at once.
 */
export async function encodeJpeg(
  picture: RgbFrame,
  region: PixelRegion,
  options: { longSide: number; quality: number },
): Promise<Jpeg> {
  const { width, height } = region;
  const { data, info } = await sharp(copyRegion(picture, region), {
    raw: { width, height, channels: 3 },
  })
    .resize({
      width: options.longSide,
      height: options.longSide,
      fit: "inside",
      withoutEnlargement: true,
    })
    .jpeg({ quality: options.quality })
    .toBuffer({ resolveWithObject: true });
  return { bytes: data, width: info.width, height: info.height };
}

function copyRegion(picture: RgbFrame, region: PixelRegion): Buffer {
  const rowBytes = region.width * 3;
  const copy = Buffer.allocUnsafe(rowBytes * region.height);
  for (let y = 0; y < region.height; y++) {
    const from = ((region.top + y) * picture.width + region.left) * 3;
    copy.set(picture.data.subarray(from, from + rowBytes), y * rowBytes);
  }
  return copy;
}
