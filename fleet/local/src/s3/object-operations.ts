import { pipeline } from "node:stream/promises";
import { readByteRange } from "./byte-range.ts";
import { type ObjectInfo, readBytes } from "./object-file.ts";
import type { OpenObject } from "./object-store.ts";
import { queryValue, type RequestHead, splitPath } from "./request-head.ts";
import { S3Error } from "./s3-error.ts";
import {
  answerEmpty,
  answerXml,
  objectName,
  payload,
  requireNoPayload,
  type S3Exchange,
} from "./s3-exchange.ts";
import { xmlDocument, xmlTime } from "./xml-answer.ts";

/** Headers that come back with an object as they came with it. */
const KEPT_HEADERS = new Set([
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-type",
  "expires",
]);
/** S3's limit on all `x-amz-meta-` headers together. */
const MAX_METADATA_BYTES = 2048;

/** `PUT /bucket/key` */
export async function putObject(exchange: S3Exchange): Promise<void> {
  const { bucket, key } = objectName(exchange);
  refuseConditions(exchange.head, /^if-(none-)?match$/);
  const object = { key, headers: keptHeaders(exchange.head) };
  const { etag } = await exchange.resources.store.put(bucket, object, payload(exchange));
  answerEmpty(exchange.response, 200, { etag: `"${etag}"` });
}

/** `PUT /bucket/key` with `x-amz-copy-source` */
export async function copyObject(exchange: S3Exchange): Promise<void> {
  requireNoPayload(exchange);
  const { head, resources, response } = exchange;
  const { bucket, key } = objectName(exchange);
  refuseConditions(head, /^x-amz-copy-source-/);
  const source = copySource(head.headers.get("x-amz-copy-source") ?? "");
  const { info, handle } = await resources.store.open(source.bucket, source.key);
  try {
    const replaced = head.headers.get("x-amz-metadata-directive")?.toUpperCase() === "REPLACE";
    const headers = replaced ? keptHeaders(head) : info.headers;
    const copy = await resources.store.put(
      bucket,
      { key, headers },
      readBytes(handle, 0, info.sizeBytes - 1),
    );
    const document = xmlDocument("CopyObjectResult", {
      LastModified: xmlTime(copy.modifiedAt),
      ETag: `"${copy.etag}"`,
    });
    answerXml(response, 200, document);
  } finally {
    await handle.close();
  }
}

/** `GET /bucket/key` */
export async function getObject(exchange: S3Exchange): Promise<void> {
  await withObject(exchange, async ({ info, handle }) => {
    const { head, response } = exchange;
    const range = readByteRange(head.headers.get("range"), info.sizeBytes);
    const { first, last } = range ?? { first: 0, last: info.sizeBytes - 1 };
    const headers = {
      ...objectHeaders(info),
      ...overriddenHeaders(head),
      "content-length": String(last - first + 1),
      ...(range === null ? {} : { "content-range": `bytes ${first}-${last}/${info.sizeBytes}` }),
    };
    response.writeHead(range === null ? 200 : 206, headers);
    await pipeline(readBytes(handle, first, last), response);
  });
}

/** `HEAD /bucket/key` */
export async function headObject(exchange: S3Exchange): Promise<void> {
  await withObject(exchange, async ({ info }) => {
    exchange.response.writeHead(200, objectHeaders(info)).end();
  });
}

/** `DELETE /bucket/key` */
export async function deleteObject(exchange: S3Exchange): Promise<void> {
  requireNoPayload(exchange);
  const { bucket, key } = objectName(exchange);
  await exchange.resources.store.remove(bucket, key);
  answerEmpty(exchange.response, 204);
}

/** Headers of a request that belong to the object, not to the request. */
export function keptHeaders(head: RequestHead): Record<string, string> {
  const kept: Record<string, string> = {};
  let metadataBytes = 0;
  for (const [name, value] of head.headers) {
    const isMetadata = name.startsWith("x-amz-meta-");
    if (!isMetadata && !KEPT_HEADERS.has(name)) continue;
    // How the request's body was framed is no property of the object.
    const own =
      name === "content-encoding" ? value.replace(/^aws-chunked,?\s*|,\s*aws-chunked$/, "") : value;
    if (isMetadata) metadataBytes += name.length + value.length;
    if (own !== "") kept[name] = own;
  }
  if (metadataBytes > MAX_METADATA_BYTES) {
    throw new S3Error("MetadataTooLarge", "Your metadata headers exceed 2 KiB.");
  }
  return kept;
}

async function withObject(
  exchange: S3Exchange,
  act: (object: OpenObject) => Promise<void>,
): Promise<void> {
  requireNoPayload(exchange);
  const { bucket, key } = objectName(exchange);
  const object = await exchange.resources.store.open(bucket, key);
  try {
    if (isUnchanged(exchange.head, object.info)) {
      const { etag, "last-modified": modified } = objectHeaders(object.info);
      exchange.response.writeHead(304, { etag, "last-modified": modified }).end();
    } else await act(object);
  } finally {
    await object.handle.close();
  }
}

/** Conditions of RFC 9110 section 13 that S3 knows. @throws S3Error PreconditionFailed. */
function isUnchanged(head: RequestHead, info: ObjectInfo): boolean {
  const match = head.headers.get("if-match");
  const noneMatch = head.headers.get("if-none-match");
  const modifiedSince = Date.parse(head.headers.get("if-modified-since") ?? "");
  const unmodifiedSince = Date.parse(head.headers.get("if-unmodified-since") ?? "");
  const modifiedAt = Math.floor(info.modifiedAt / 1000) * 1000;
  if (match === undefined ? modifiedAt > unmodifiedSince : !namesEtag(match, info.etag)) {
    throw new S3Error("PreconditionFailed", "At least one of the preconditions did not hold.");
  }
  return noneMatch === undefined ? modifiedAt <= modifiedSince : namesEtag(noneMatch, info.etag);
}

function namesEtag(list: string, etag: string): boolean {
  return list.split(",").some((item) => ["*", etag, `"${etag}"`].includes(item.trim()));
}

function objectHeaders(info: ObjectInfo) {
  return {
    "content-type": "binary/octet-stream",
    ...info.headers,
    "content-length": String(info.sizeBytes),
    etag: `"${info.etag}"`,
    "last-modified": new Date(info.modifiedAt).toUTCString(),
    "accept-ranges": "bytes",
  };
}

/** `?response-content-type=…` and the like: the signer decides how the object is delivered. */
function overriddenHeaders(head: RequestHead): Record<string, string> {
  const overridden: Record<string, string> = {};
  for (const name of KEPT_HEADERS) {
    const value = queryValue(head, `response-${name}`);
    if (value !== null && !/[^\x20-\x7e]/.test(value)) overridden[name] = value;
  }
  return overridden;
}

function copySource(header: string): { bucket: string; key: string } {
  const [path = "", query] = header.split("?");
  if (query !== undefined) throw new S3Error("NotImplemented", "Versions are not kept here.");
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    throw new S3Error("InvalidArgument", "x-amz-copy-source is not percent-encoded.");
  }
  const { bucket, key } = splitPath(decoded.startsWith("/") ? decoded : `/${decoded}`);
  if (bucket === null || key === null) {
    throw new S3Error("InvalidArgument", "x-amz-copy-source must name a bucket and a key.");
  }
  return { bucket, key };
}

/** A condition that is not kept must not be passed over in silence. */
function refuseConditions(head: RequestHead, names: RegExp): void {
  const name = [...head.headers.keys()].find((header) => names.test(header));
  if (name !== undefined) throw new S3Error("NotImplemented", `${name} is not supported here.`);
}
