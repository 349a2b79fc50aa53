import module from "sharp-phash";

/** Its types speak of a default export; it is CommonJS and exports the function itself. */
const phash = module as unknown as (picture: Buffer) => Promise<string>;

/** Bits of 64 in which the perceptual hashes of near-duplicates may differ. */
export const NEAR_DUPLICATE_BITS = 8;

/**
 * How a picture looks, as 64 bits in 16 hexadecimal digits: the low frequencies of its brightness.
 * @throws where the bytes are no picture.
 */
export async function perceptualHash(picture: Buffer): Promise<string> {
  const bits = await phash(picture);
  return BigInt(`0b${bits}`).toString(16).padStart(16, "0");
}

/** A perceptual hash as two halves, which compare fast. */
export interface HashHalves {
  high: number;
  low: number;
}

/** Takes a perceptual hash apart. */
export function halvesOf(hash: string): HashHalves {
  return { high: Number.parseInt(hash.slice(0, 8), 16), low: Number.parseInt(hash.slice(8), 16) };
}

/** True where two pictures look the same. */
export function looksLike(a: HashHalves, b: HashHalves): boolean {
  return bitsOf(a.high ^ b.high) + bitsOf(a.low ^ b.low) <= NEAR_DUPLICATE_BITS;
}

/** How many bits of a 32-bit number are set (Warren, Hacker's Delight, section 5-1). */
function bitsOf(word: number): number {
  let bits = word - ((word >>> 1) & 0x5555_5555);
  bits = (bits & 0x3333_3333) + ((bits >>> 2) & 0x3333_3333);
  return (((bits + (bits >>> 4)) & 0x0f0f_0f0f) * 0x0101_0101) >>> 24;
}
