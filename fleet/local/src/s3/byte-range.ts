import { S3Error } from "./s3-error.ts";

/** Bytes of an object, both ends included. */
export interface ByteRange {
  first: number;
  last: number;
}

/**
 * Reads a `Range` header of one range (RFC 9110 section 14.1.2).
 * @returns null where there is none, or one that may be ignored: the whole object is the answer then.
 * @throws S3Error InvalidRange where nothing of the object lies in it.
 */
export function readByteRange(header: string | undefined, sizeBytes: number): ByteRange | null {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "");
  const [, from = "", to = ""] = match ?? [];
  if (match === null || (from === "" && to === "")) return null;
  const range =
    from === ""
      ? { first: Math.max(0, sizeBytes - Number(to)), last: sizeBytes - 1 }
      : {
          first: Number(from),
          last: to === "" ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1),
        };
  if (from !== "" && to !== "" && Number(to) < Number(from)) return null;
  if (range.first >= sizeBytes || range.last < range.first) {
    throw new S3Error("InvalidRange", "The requested range is not satisfiable.", {
      "content-range": `bytes */${sizeBytes}`,
    });
  }
  return range;
}
