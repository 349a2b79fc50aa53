import { join } from "node:path";
import type { Box } from "@sentinel/protocol/box";
import sharp from "sharp";
import { toFractions } from "../../dataset/dataset-manifest.ts";
import type { TrainingPicture } from "../engine.ts";
import { JOB_FILES, type JobPicture } from "../jobs/job-files.ts";

/** Grey of what is not known, as letterboxes have it. */
const UNKNOWN_GREY = 114;
/** Frames that are longer are made smaller: no model looks at more. */
const MAX_SIDE = 1280;
/** The time within which pictures of one camera belong together. */
const BLOCK_MS = 10 * 60_000;

/**
 * Decodes a picture of a job and pastes it where it lies in its frame, so that things have the size
 * that they have in the live frame.
 */
export function loadPicture(
  folder: string,
  picture: JobPicture,
  classNames: readonly string[],
): Promise<TrainingPicture> {
  const file = join(folder, JOB_FILES.pictures, `${picture.picture}.jpg`);
  return layOutPicture(file, picture, classNames);
}

/** As {@link loadPicture}, from a JPEG's path or bytes. */
export async function layOutPicture(
  jpeg: string | Buffer,
  picture: JobPicture,
  classNames: readonly string[],
): Promise<TrainingPicture> {
  const { width, height } = canvasOf(picture);
  const visible = toFractions(picture.crop);
  const place = placeOf(visible, width, height);
  const { data: pasted } = await sharp(jpeg)
    .removeAlpha()
    .toColourspace("srgb")
    .resize(place.width, place.height, { fit: "fill" })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const data = new Uint8Array(width * height * 3).fill(UNKNOWN_GREY);
  for (let y = 0; y < place.height; y += 1) {
    const row = pasted.subarray(y * place.width * 3, (y + 1) * place.width * 3);
    data.set(row, ((place.top + y) * width + place.left) * 3);
  }
  return {
    picture: picture.picture,
    width,
    height,
    data,
    visible,
    boxes: picture.boxes
      .filter(({ crowd }) => crowd !== true)
      .map(({ className, box }) => ({
        classId: classNames.indexOf(className),
        box: inFrame(toFractions(box), visible),
      })),
    group: `${picture.nodeId}/${picture.cameraId}/${Math.floor(picture.capturedAt / BLOCK_MS)}`,
  };
}

function canvasOf({ frameWidth, frameHeight }: JobPicture): { width: number; height: number } {
  const scale = Math.min(1, MAX_SIDE / Math.max(frameWidth, frameHeight));
  return {
    width: Math.max(1, Math.round(frameWidth * scale)),
    height: Math.max(1, Math.round(frameHeight * scale)),
  };
}

/** Whole pixels of the canvas that the picture covers. */
function placeOf([x, y, w, h]: Box, width: number, height: number) {
  const left = Math.min(width - 1, Math.max(0, Math.round(x * width)));
  const top = Math.min(height - 1, Math.max(0, Math.round(y * height)));
  const right = Math.min(width, Math.max(left + 1, Math.round((x + w) * width)));
  const bottom = Math.min(height, Math.max(top + 1, Math.round((y + h) * height)));
  return { left, top, width: right - left, height: bottom - top };
}

/** A box of the picture as a box of the frame. */
export function inFrame([x, y, w, h]: Box, [cx, cy, cw, ch]: Box): Box {
  return [cx + x * cw, cy + y * ch, w * cw, h * ch];
}
