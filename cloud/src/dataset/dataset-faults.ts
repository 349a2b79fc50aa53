import type { CodedError } from "@sentinel/protocol/coded-error";
import type { cloudErrors } from "../errors.ts";
import { cloudError } from "../errors.ts";

/** So many pictures are named in a message; the rest is counted. */
const NAMED = 5;

/** Pictures by their names, a few of many. */
export function nameSome(pictures: readonly string[]): string {
  const named = pictures.slice(0, NAMED).join(", ");
  const more = pictures.length - NAMED;
  return more > 0 ? `${named} and ${more} more` : named;
}

/** `3 pictures`, `1 picture`. */
export function countPictures(count: number): string {
  return count === 1 ? "1 picture" : `${count} pictures`;
}

/** Refuses where there are such pictures, and names them. `why` follows their number. */
export function refusePictures(
  code: keyof typeof cloudErrors,
  pictures: readonly string[],
  why: string,
): void {
  if (pictures.length === 0) return;
  throw refusal(code, `${countPictures(pictures.length)} ${why}: ${nameSome(pictures)}`);
}

function refusal(code: keyof typeof cloudErrors, message: string): CodedError {
  return cloudError(code, message);
}
