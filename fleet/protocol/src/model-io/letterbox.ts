import sharp from "sharp";
import type { ModelLayout } from "../model-catalog.ts";

/** RGB24, row by row without padding. */
export interface RgbPicture {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** `width * height * 3` bytes. */
  readonly data: Uint8Array;
}

/** Where a frame lies in the model's square input, in pixels of the input. */
export interface Letterbox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /**
   * By what boxes are divided to become fractions of the frame. YOLOX divides by its scale, and so
   * by sizes that were not cut to whole pixels.
   */
  readonly boxWidth: number;
  readonly boxHeight: number;
}

/** The grey around the frame, as in the training of YOLOv5 and YOLOX. */
const PAD = 114;

/**
 * Fits a frame into a square without changing its proportions, as each model was trained: YOLOv5 in
 * the middle with rounded sizes, YOLOX at the top left with sizes cut to whole pixels.
 */
export function fitLetterbox(
  frame: { readonly width: number; readonly height: number },
  inputSize: number,
  layout: ModelLayout,
): Letterbox {
  const scale = Math.min(inputSize / frame.width, inputSize / frame.height);
  const isYolov5 = layout === "yolov5";
  const toPixels = (size: number) =>
    Math.min(
      inputSize,
      Math.max(1, isYolov5 ? Math.round(size * scale) : Math.floor(size * scale)),
    );
  const width = toPixels(frame.width);
  const height = toPixels(frame.height);
  return {
    left: isYolov5 ? Math.floor((inputSize - width) / 2) : 0,
    top: isYolov5 ? Math.floor((inputSize - height) / 2) : 0,
    width,
    height,
    boxWidth: isYolov5 ? width : frame.width * scale,
    boxHeight: isYolov5 ? height : frame.height * scale,
  };
}

/**
 * Scales a frame (libvips, linear: the scaler decides how well small things are found) and writes it into a
 * model's input, channel by channel: RGB 0..1 for YOLOv5, BGR 0..255 for YOLOX.
 *
 * @param input 3 x inputSize x inputSize, overwritten whole.
 */
export async function fillInput(
  frame: RgbPicture,
  box: Letterbox,
  inputSize: number,
  layout: ModelLayout,
  input: Float32Array,
): Promise<void> {
  const pixels = await scaleFrame(frame, box);
  const area = inputSize * inputSize;
  const isYolov5 = layout === "yolov5";
  const unit = isYolov5 ? 1 / 255 : 1;
  input.fill(Math.fround(PAD * unit));
  for (let channel = 0; channel < 3; channel++) {
    const plane = (isYolov5 ? channel : 2 - channel) * area;
    for (let row = 0; row < box.height; row++) {
      let from = row * box.width * 3 + channel;
      let to = plane + (box.top + row) * inputSize + box.left;
      for (const end = to + box.width; to < end; to++, from += 3) {
        input[to] = (pixels[from] ?? 0) * unit;
      }
    }
  }
}

async function scaleFrame(frame: RgbPicture, box: Letterbox): Promise<Uint8Array> {
  if (frame.width === box.width && frame.height === box.height) return frame.data;
  const raw = { width: frame.width, height: frame.height, channels: 3 } as const;
  return await sharp(frame.data, { raw, limitInputPixels: false })
    .resize(box.width, box.height, { fit: "fill", kernel: "linear" })
    .raw()
    .toBuffer();
}
