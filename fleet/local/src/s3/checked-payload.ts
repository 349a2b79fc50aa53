import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { crc32 } from "node:zlib";
import { chunkedFraming, readChunkedPayload } from "./chunked-payload.ts";
import type { RequestHead } from "./request-head.ts";
import type { VerifiedRequest } from "./request-signature.ts";
import { S3Error } from "./s3-error.ts";

/** Computes one checksum over the body. */
interface RunningChecksum {
  update(piece: Buffer): void;
  /** Base64, as headers carry it. */
  digest(): string;
}

/**
 * The body of a request, without framing, bounded and checked against everything that the client
 * said of it: length, SHA-256 or chunk signatures, MD5, checksums. What it yields is good only when
 * the iteration has ended.
 * @throws S3Error
 */
export async function* readCheckedPayload(
  message: IncomingMessage,
  head: RequestHead,
  verified: VerifiedRequest,
  limitBytes: number,
): AsyncGenerator<Buffer> {
  const framing = chunkedFraming(verified.payloadHash);
  const expectedBytes = announcedBytes(head, framing !== null);
  if (expectedBytes > limitBytes) throw new S3Error("EntityTooLarge", "The object is too large.");
  const announced = new Map(head.headers);
  const source: AsyncIterable<Buffer> = message.iterator({ destroyOnReturn: false });
  const pieces =
    framing === null
      ? source
      : readChunkedPayload(source, framing, verified, (name, value) => announced.set(name, value));
  const sha256 = createHash("sha256");
  const checksums = startChecksums(head);
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    if (bytes > expectedBytes) throw new S3Error("IncompleteBody", "The body is too long.");
    if (framing === null) sha256.update(piece);
    for (const checksum of checksums.values()) checksum.update(piece);
    yield piece;
  }
  if (bytes !== expectedBytes) throw new S3Error("IncompleteBody", "The body is too short.");
  if (framing === null) checkSha256(verified.payloadHash, sha256.digest("hex"));
  for (const [name, checksum] of checksums) {
    if (announced.get(name) !== checksum.digest()) {
      throw new S3Error("BadDigest", `The ${name} that you specified does not match the body.`);
    }
  }
}

function announcedBytes(head: RequestHead, framed: boolean): number {
  const name = framed ? "x-amz-decoded-content-length" : "content-length";
  const text = head.headers.get(name);
  if (text === undefined || !/^\d{1,15}$/.test(text)) {
    throw new S3Error("MissingContentLength", `You must provide ${name}.`);
  }
  return Number(text);
}

function checkSha256(wanted: string, computed: string): void {
  if (wanted === "UNSIGNED-PAYLOAD") return;
  if (wanted !== computed) {
    throw new S3Error(
      "XAmzContentSHA256Mismatch",
      "The provided x-amz-content-sha256 does not match what was computed.",
    );
  }
}

/** One running checksum per header (or announced trailer) that names one. */
function startChecksums(head: RequestHead): Map<string, RunningChecksum> {
  const checksums = new Map<string, RunningChecksum>();
  const names = [...head.headers.keys(), ...(head.headers.get("x-amz-trailer") ?? "").split(",")];
  for (const name of names.map((text) => text.trim().toLowerCase())) {
    if (name === "content-md5") checksums.set(name, hashChecksum("md5"));
    else if (/^x-amz-checksum-(?!algorithm$|type$)/.test(name)) {
      checksums.set(name, checksumOf(name.slice("x-amz-checksum-".length)));
    }
  }
  return checksums;
}

function checksumOf(algorithm: string): RunningChecksum {
  switch (algorithm) {
    case "crc32":
      return crc32Checksum();
    case "sha1":
    case "sha256":
      return hashChecksum(algorithm);
    default:
      throw new S3Error("NotImplemented", `The checksum ${algorithm} is not supported here.`);
  }
}

function hashChecksum(algorithm: string): RunningChecksum {
  const hash = createHash(algorithm);
  return { update: (piece) => hash.update(piece), digest: () => hash.digest("base64") };
}

function crc32Checksum(): RunningChecksum {
  let value = 0;
  return {
    update: (piece) => {
      value = crc32(piece, value);
    },
    digest: () => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes.toString("base64");
    },
  };
}
