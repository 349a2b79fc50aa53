import { access, constants, stat } from "node:fs/promises";
import sharp from "sharp";
import { edgeError } from "../errors.ts";
import { allocateFrame, MAX_PICTURE_PIXELS, type RgbFrame } from "./rgb-frame.ts";

/** What is decoded; libvips knows more, among them formats that run a language of their own. */
const FORMATS: ReadonlySet<string> = new Set(["jpeg", "png", "webp", "tiff", "gif", "heif", "ppm"]);
const TIMEOUT_SECONDS = 30;

/**
 * Reads a picture as it is stored, without turning it by its EXIF orientation. Of several pages the
 * first. The file is not trusted: its size in pixels and the time it takes are bounded.
 *
 * @throws PICTURE_MISSING, PICTURE_UNREADABLE, PICTURE_TOO_LARGE
 */
export async function readStillPicture(path: string): Promise<RgbFrame> {
  await checkReadable(path);
  try {
    const picture = sharp(path, {
      limitInputPixels: MAX_PICTURE_PIXELS,
      failOn: "error",
      pages: 1,
    });
    const { format } = await picture.metadata();
    if (!FORMATS.has(format)) throw new Error(`${format} is not a format that is read`);
    const { data, info } = await picture
      .timeout({ seconds: TIMEOUT_SECONDS })
      .removeAlpha()
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    const frame = allocateFrame(info.width, info.height);
    if (info.channels === 3) frame.data.set(data);
    else if (info.channels === 1)
      frame.data.forEach((_, i, rgb) => {
        rgb[i] = data[Math.floor(i / 3)] ?? 0;
      });
    else throw new Error(`it has ${info.channels} channels`);
    return frame;
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error))
      .replaceAll(/\s+/g, " ")
      .slice(0, 200);
    const code = /pixel limit/.test(reason) ? "PICTURE_TOO_LARGE" : "PICTURE_UNREADABLE";
    throw edgeError(code, `${path}: ${reason}`, error);
  }
}

/**
 * Checks that a path is a plain file that may be read; a pipe or a device could keep its reader for ever.
 *
 * @throws PICTURE_MISSING
 */
export async function checkReadable(path: string): Promise<void> {
  try {
    await access(path, constants.R_OK);
    if (!(await stat(path)).isFile()) throw new Error(`${path} is not a plain file`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw edgeError("PICTURE_MISSING", reason, error);
  }
}
