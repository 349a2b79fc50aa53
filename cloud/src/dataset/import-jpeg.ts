import { createHash } from "node:crypto";
import sharp from "sharp";

/** As large as a snapshot may be. */
const MAX_BYTES = 5_000_000;
const MAX_PIXELS = 50_000_000;
const QUALITY = 92;
const UPRIGHT = 1;

/** A picture as it is imported. */
export interface ImportJpeg {
  jpeg: Buffer;
  /** SHA-256 of the JPEG. */
  picture: string;
  width: number;
  height: number;
}

/**
 * A JPEG stays as it is, so that the same file is the same picture; a PNG, and a JPEG that lies on its
 * side, is encoded anew. Null where the bytes are no whole picture, or one that is too large.
 */
export async function toImportJpeg(bytes: Buffer): Promise<ImportJpeg | null> {
  try {
    const { format, orientation, width, height } = await sharp(bytes).metadata();
    if (width * height > MAX_PIXELS) return null;
    const asIs = format === "jpeg" && (orientation ?? UPRIGHT) === UPRIGHT;
    if (!asIs && format !== "jpeg" && format !== "png") return null;
    const upright = sharp(bytes).rotate().flatten({ background: "white" });
    // Decoding the whole finds out what is cut off.
    const wanted = asIs ? upright.raw() : upright.jpeg({ quality: QUALITY });
    const { data, info } = await wanted.toBuffer({ resolveWithObject: true });
    const jpeg = asIs ? bytes : data;
    if (jpeg.length > MAX_BYTES) return null;
    const picture = createHash("sha256").update(jpeg).digest("hex");
    return { jpeg, picture, width: info.width, height: info.height };
  } catch {
    return null;
  }
}
