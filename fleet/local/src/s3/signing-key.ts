import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** What every signature of one request is made with (AWS Signature Version 4). */
export interface SigningContext {
  key: Buffer;
  /** `20260102T030405Z`. */
  amzDate: string;
  /** `20260102/us-east-1/s3/aws4_request`. */
  scope: string;
}

/** SHA-256 of nothing. */
export const EMPTY_SHA256 = sha256Hex("");

/** Derives the key of one day, region and service from a secret. */
export function deriveSigningKey(secretKey: string, scope: string): Buffer {
  return scope
    .split("/")
    .reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secretKey}`));
}

/** Signs lines that come after algorithm, date and scope, as every string to sign begins. */
export function sign(context: SigningContext, algorithm: string, lines: readonly string[]): string {
  const stringToSign = [algorithm, context.amzDate, context.scope, ...lines].join("\n");
  return hmac(context.key, stringToSign).toString("hex");
}

/** Compares two signatures in constant time. */
export function sameSignature(given: string, wanted: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(wanted)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** SHA-256 in lower-case hexadecimal. */
export function sha256Hex(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

function hmac(key: Buffer, data: string): Buffer {
  return createHmac("sha256", key).update(data).digest();
}
