import { readClipFrames } from "@sentinel/edge-agent/decode/clip-frames";
import type { FfmpegLocation } from "@sentinel/edge-agent/decode/ffmpeg-location";
import type { RgbPicture } from "@sentinel/protocol/model-io/letterbox";
import sharp from "sharp";

/** Larger frames are made smaller before they are kept: no model looks at more. */
const MAX_SIDE = 1280;

/** Decodes frames of a clip, by number. @throws CodedError CLIP_*, PICTURE_*. */
export async function readClipPictures(
  clip: string,
  frames: readonly number[],
  ffmpeg: FfmpegLocation,
): Promise<Map<number, RgbPicture>> {
  const pictures = new Map<number, RgbPicture>();
  for await (const { frame, picture } of readClipFrames(clip, frames, ffmpeg)) {
    pictures.set(frame, await bounded(picture));
  }
  return pictures;
}

async function bounded({ width, height, data }: RgbPicture): Promise<RgbPicture> {
  if (Math.max(width, height) <= MAX_SIDE) return { width, height, data: Uint8Array.from(data) };
  const { data: small, info } = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize(MAX_SIDE, MAX_SIDE, { fit: "inside" })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: small };
}
