import type { IncomingMessage, ServerResponse } from "node:http";
import { readCheckedPayload } from "./checked-payload.ts";
import type { MultipartUploads } from "./multipart-uploads.ts";
import type { ObjectStore } from "./object-store.ts";
import type { RequestHead } from "./request-head.ts";
import type { VerifiedRequest } from "./request-signature.ts";
import { S3Error } from "./s3-error.ts";
import { EMPTY_SHA256 } from "./signing-key.ts";
import { MAX_XML_BYTES } from "./xml-request.ts";

/** What operations work on. */
export interface S3Resources {
  store: ObjectStore;
  uploads: MultipartUploads;
  region: string;
  /** Largest body of one request. */
  maxBodyBytes: number;
}

/** One verified request and its answer. */
export interface S3Exchange {
  head: RequestHead;
  message: IncomingMessage;
  response: ServerResponse;
  verified: VerifiedRequest;
  resources: S3Resources;
}

/** One operation of S3's API; throws S3Error where it cannot be done. */
export type S3Operation = (exchange: S3Exchange) => Promise<void>;

/** The body, bounded and checked; good only when the iteration has ended. */
export function payload(exchange: S3Exchange): AsyncIterable<Buffer> {
  const { message, head, verified, resources } = exchange;
  return readCheckedPayload(message, head, verified, resources.maxBodyBytes);
}

/** A small body as a whole, for XML. */
export async function wholePayload({ message, head, verified }: S3Exchange): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of readCheckedPayload(message, head, verified, MAX_XML_BYTES)) {
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** An operation without a body must be signed as one. */
export function requireNoPayload({ head, verified }: S3Exchange): void {
  const bytes = head.headers.get("content-length") ?? "0";
  if (bytes !== "0" || head.headers.has("transfer-encoding")) {
    throw new S3Error("InvalidArgument", "This operation takes no body.");
  }
  if (verified.payloadHash !== "UNSIGNED-PAYLOAD" && verified.payloadHash !== EMPTY_SHA256) {
    throw new S3Error(
      "XAmzContentSHA256Mismatch",
      "The provided x-amz-content-sha256 does not match an empty body.",
    );
  }
}

/** Bucket and key of an operation on an object; the router calls none without them. */
export function objectName({ head }: S3Exchange): { bucket: string; key: string } {
  return { bucket: bucketName(head), key: head.key ?? "" };
}

/** Bucket of an operation on a bucket. */
export function bucketName({ bucket }: RequestHead): string {
  return bucket ?? "";
}

/** Answers without a body. */
export function answerEmpty(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): void {
  response
    .writeHead(status, status === 204 ? headers : { "content-length": "0", ...headers })
    .end();
}

/** Answers with a document. */
export function answerXml(
  response: ServerResponse,
  status: number,
  document: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = Buffer.from(document);
  response
    .writeHead(status, {
      "content-type": "application/xml",
      "content-length": String(body.length),
      ...headers,
    })
    .end(body);
}
