import { createHash, type Hash } from "node:crypto";
import type { VerifiedRequest } from "./request-signature.ts";
import { S3Error } from "./s3-error.ts";
import { EMPTY_SHA256, sameSignature, sha256Hex, sign } from "./signing-key.ts";

/** Longest line of a chunk's head or of the trailer. */
const MAX_LINE_BYTES = 4096;
const MAX_TRAILERS = 16;

/** How the chunks of a body are framed. */
export interface ChunkedFraming {
  /** Each chunk carries a signature that chains to the one before. */
  signed: boolean;
  /** Headers come after the last chunk. */
  trailer: boolean;
}

/** What `x-amz-content-sha256` says of the framing; null where the body is not framed. */
export function chunkedFraming(payloadHash: string): ChunkedFraming | null {
  switch (payloadHash) {
    case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD":
      return { signed: true, trailer: false };
    case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER":
      return { signed: true, trailer: true };
    case "STREAMING-UNSIGNED-PAYLOAD-TRAILER":
      return { signed: false, trailer: true };
    default:
      return null;
  }
}

/**
 * Takes the framing off a body (`aws-chunked`: `SIZE;chunk-signature=…`, data, …) and checks every
 * signature. What it yields before a fault must not be used: the whole is good only when it ends.
 * @param onTrailer is told the headers after the last chunk, in lower case.
 * @throws S3Error
 */
export async function* readChunkedPayload(
  source: AsyncIterable<Buffer>,
  framing: ChunkedFraming,
  request: VerifiedRequest,
  onTrailer: (name: string, value: string) => void,
): AsyncGenerator<Buffer> {
  const bytes = new ByteReader(source);
  const chain = new SignatureChain(request, framing.signed);
  for (;;) {
    const head = /^([0-9a-fA-F]{1,8})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(
      await bytes.line(),
    );
    if (head === null) throw new S3Error("IncompleteBody", "A chunk's head is malformed.");
    const sizeBytes = Number.parseInt(head[1] ?? "", 16);
    const hash = createHash("sha256");
    for (let left = sizeBytes; left > 0; ) {
      const piece = await bytes.atMost(left);
      left -= piece.length;
      if (framing.signed) hash.update(piece);
      yield piece;
    }
    chain.checkChunk(head[2], hash);
    if (sizeBytes === 0) break;
    if ((await bytes.line()) !== "") throw new S3Error("IncompleteBody", "A chunk is too long.");
  }
  if (framing.trailer) await readTrailer(bytes, chain, framing.signed, onTrailer);
  else if ((await bytes.line()) !== "") throw new S3Error("IncompleteBody", "The body goes on.");
  await bytes.end();
}

async function readTrailer(
  bytes: ByteReader,
  chain: SignatureChain,
  signed: boolean,
  onTrailer: (name: string, value: string) => void,
): Promise<void> {
  let signedText = "";
  let signature: string | undefined;
  for (let count = 0; ; count += 1) {
    const line = await bytes.line();
    if (line === "") break;
    const colon = line.indexOf(":");
    if (colon < 1 || count >= MAX_TRAILERS) {
      throw new S3Error("IncompleteBody", "The trailer is malformed.");
    }
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === "x-amz-trailer-signature") {
      signature = value;
      continue;
    }
    signedText += `${name}:${value}\n`;
    onTrailer(name, value);
  }
  if (signed) chain.checkTrailer(signature, signedText);
}

/** Each signature covers the one before it, so chunks cannot be changed, left out or put elsewhere. */
class SignatureChain {
  readonly #request: VerifiedRequest;
  readonly #signed: boolean;
  #previous: string;

  constructor(request: VerifiedRequest, signed: boolean) {
    this.#request = request;
    this.#signed = signed;
    this.#previous = request.signature;
  }

  checkChunk(given: string | undefined, data: Hash): void {
    if (!this.#signed) return;
    const lines = [this.#previous, EMPTY_SHA256, data.digest("hex")];
    this.#check(given, sign(this.#request.context, "AWS4-HMAC-SHA256-PAYLOAD", lines));
  }

  checkTrailer(given: string | undefined, text: string): void {
    const lines = [this.#previous, sha256Hex(text)];
    this.#check(given, sign(this.#request.context, "AWS4-HMAC-SHA256-TRAILER", lines));
  }

  #check(given: string | undefined, wanted: string): void {
    if (given === undefined || !sameSignature(given, wanted)) {
      throw new S3Error("SignatureDoesNotMatch", "A chunk's signature does not match.");
    }
    this.#previous = wanted;
  }
}

/** Reads a stream by lines and by counts, holding no more than one piece and a line. */
class ByteReader {
  readonly #iterator: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#iterator = source[Symbol.asyncIterator]();
  }

  /** Up to and without the next CRLF. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf("\r\n");
      if (end > MAX_LINE_BYTES || (end === -1 && this.#rest.length > MAX_LINE_BYTES)) {
        throw new S3Error("IncompleteBody", "A line of the chunked body is too long.");
      }
      if (end !== -1) {
        const text = this.#rest.subarray(0, end).toString("latin1");
        this.#rest = this.#rest.subarray(end + 2);
        return text;
      }
      await this.#more();
    }
  }

  /** Some bytes, at least one. */
  async atMost(bytes: number): Promise<Buffer> {
    if (this.#rest.length === 0) await this.#more();
    const piece = this.#rest.subarray(0, bytes);
    this.#rest = this.#rest.subarray(piece.length);
    return piece;
  }

  /** @throws S3Error where anything is left. */
  async end(): Promise<void> {
    const next = this.#rest.length > 0 ? { done: false } : await this.#iterator.next();
    if (next.done !== true) throw new S3Error("IncompleteBody", "The body goes on.");
  }

  async #more(): Promise<void> {
    const next = await this.#iterator.next();
    if (next.done === true) {
      throw new S3Error("IncompleteBody", "The body ends before its last chunk.");
    }
    this.#rest = this.#rest.length === 0 ? next.value : Buffer.concat([this.#rest, next.value]);
  }
}
