import {
  bucketLocation,
  createBucket,
  deleteObjects,
  headBucket,
  listBuckets,
  listObjects,
  listUploads,
} from "./bucket-operations.ts";
import {
  abortUpload,
  completeUpload,
  createUpload,
  listParts,
  uploadPart,
} from "./multipart-operations.ts";
import { copyObject, deleteObject, getObject, headObject, putObject } from "./object-operations.ts";
import type { RequestHead } from "./request-head.ts";
import { S3Error } from "./s3-error.ts";
import type { S3Operation } from "./s3-exchange.ts";

/**
 * Operations by what they work on, method, and the query parameter that chooses among several.
 * The most particular comes first.
 */
const OPERATIONS: readonly (readonly [string, S3Operation])[] = [
  ["service GET", listBuckets],
  ["bucket GET location", bucketLocation],
  ["bucket GET uploads", listUploads],
  ["bucket GET list-type", listObjects],
  ["bucket HEAD", headBucket],
  ["bucket PUT", createBucket],
  ["bucket POST delete", deleteObjects],
  ["object PUT uploadId", uploadPart],
  ["object PUT", putObject],
  ["object GET uploadId", listParts],
  ["object GET", getObject],
  ["object HEAD", headObject],
  ["object POST uploads", createUpload],
  ["object POST uploadId", completeUpload],
  ["object DELETE uploadId", abortUpload],
  ["object DELETE", deleteObject],
];

/** Parameters that change no operation into another one. */
const PLAIN_PARAMETER =
  /^(x-amz-|x-id$|response-|partNumber$|prefix$|delimiter$|max-|encoding-type$|continuation-token$|start-after$|fetch-owner$|key-marker$|upload-id-marker$|part-number-marker$)/i;

/** Chooses the operation that a request asks for. @throws S3Error NotImplemented for all others of S3's many. */
export function chooseOperation(head: RequestHead): S3Operation {
  const target = head.key !== null ? "object" : head.bucket !== null ? "bucket" : "service";
  const choosing = head.query.map(([name]) => name).filter((name) => !PLAIN_PARAMETER.test(name));
  const wanted = [target, head.method, ...choosing].join(" ");
  const operation = OPERATIONS.find(([name]) => name === wanted)?.[1];
  if (operation === undefined) {
    throw new S3Error("NotImplemented", `This endpoint does not know: ${wanted}.`);
  }
  if (operation === putObject && head.headers.has("x-amz-copy-source")) return copyObject;
  return operation;
}
