import type { IncomingMessage } from "node:http";
import { S3Error } from "./s3-error.ts";

/** A request without its body, in the form that signatures are computed from. */
export interface RequestHead {
  method: string;
  /** Percent-decoded, begins with a slash. */
  path: string;
  bucket: string | null;
  key: string | null;
  /** Percent-decoded pairs in the order sent. */
  query: readonly (readonly [string, string])[];
  /** Names in lower case; values of repeated headers joined by commas. */
  headers: ReadonlyMap<string, string>;
}

/** Bucket names as S3 allows them; none can be a path of its own. */
const BUCKET_NAME = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;
/** S3's limit. */
const MAX_KEY_BYTES = 1024;

/** True for a name that a bucket may have. */
export function isBucketName(name: string): boolean {
  return BUCKET_NAME.test(name);
}

/** Reads what a request asks for. @throws S3Error where it names no possible bucket or key. */
export function readRequestHead(message: IncomingMessage): RequestHead {
  const url = message.url ?? "";
  if (!url.startsWith("/")) throw new S3Error("InvalidURI", "The path must begin with a slash.");
  const mark = url.indexOf("?");
  const path = decode(mark === -1 ? url : url.slice(0, mark));
  const { bucket, key } = splitPath(path);
  return {
    method: message.method ?? "",
    path,
    bucket,
    key,
    query: mark === -1 ? [] : readQuery(url.slice(mark + 1)),
    headers: readHeaders(message.rawHeaders),
  };
}

/** Splits `/bucket/key`. @throws S3Error for names that S3 (or MinIO) would not take. */
export function splitPath(path: string): { bucket: string | null; key: string | null } {
  const slash = path.indexOf("/", 1);
  const bucket = slash === -1 ? path.slice(1) : path.slice(1, slash);
  const key = slash === -1 ? "" : path.slice(slash + 1);
  if (bucket === "" && key === "") return { bucket: null, key: null };
  if (!isBucketName(bucket)) {
    throw new S3Error("InvalidBucketName", "The specified bucket is not valid.");
  }
  if (key === "") return { bucket, key: null };
  checkKey(key);
  return { bucket, key };
}

/** @throws S3Error for keys that no store should take: too long, with NUL, or with `.` and `..` as a part. */
export function checkKey(key: string): void {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) {
    throw new S3Error("KeyTooLongError", "Your key is too long.");
  }
  if (
    key === "" ||
    key.includes("\0") ||
    key.split("/").some((part) => part === "." || part === "..")
  ) {
    throw new S3Error("InvalidArgument", "Object name contains unsupported characters.");
  }
}

/** The first value of a query parameter; null where it is absent. */
export function queryValue(head: RequestHead, name: string): string | null {
  return head.query.find(([key]) => key === name)?.[1] ?? null;
}

function readQuery(text: string): [string, string][] {
  return text
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const equals = pair.indexOf("=");
      return equals === -1
        ? [decode(pair), ""]
        : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))];
    });
}

function readHeaders(raw: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] ?? "").toLowerCase();
    const value = (raw[index + 1] ?? "").trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  return headers;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error("InvalidURI", "Couldn't parse the specified URI.");
  }
}
