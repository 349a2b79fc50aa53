import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** 256 bits: nobody finds one by trying. */
const TOKEN_BYTES = 32;

/** A new secret for a link or a program; `prefix` lets scanners of leaked secrets know it. */
export function newToken(prefix: string): string {
  return `${prefix}${randomBytes(TOKEN_BYTES).toString("base64url")}`;
}

/** What is kept of a token: its SHA-256 in hexadecimal. Enough for secrets that no one chose. */
export function tokenDigest(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** Compares two secrets without telling by the time it takes how much of them is alike. */
export function sameSecret(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(tokenDigest(one)), Buffer.from(tokenDigest(other)));
}
