import hashModule from "sharp-phash";

/** A CommonJS module that is a function; its types say a module with a default. */
const phash = hashModule as unknown as (picture: Buffer) => Promise<string>;

/** Pictures whose hashes differ in so many of 64 bits, or fewer, show the same to a person. */
export const NEAR_DUPLICATE_BITS = 8;

/**
 * The perceptual hash of a JPEG (discrete cosine transform of a 32 x 32 picture, as in phash.org), as
 * 16 hexadecimal digits.
 * @throws where the bytes are no picture.
 */
export async function perceptualHash(jpeg: Buffer): Promise<string> {
  const bits = await phash(jpeg);
  return BigInt(`0b${bits}`).toString(16).padStart(16, "0");
}
