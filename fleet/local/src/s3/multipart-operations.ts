import { keptHeaders } from "./object-operations.ts";
import { queryValue } from "./request-head.ts";
import { S3Error } from "./s3-error.ts";
import {
  answerEmpty,
  answerXml,
  objectName,
  payload,
  requireNoPayload,
  type S3Exchange,
  wholePayload,
} from "./s3-exchange.ts";
import { xmlDocument, xmlTime } from "./xml-answer.ts";
import { parseCompletedParts } from "./xml-request.ts";

/** `POST /bucket/key?uploads` */
export async function createUpload(exchange: S3Exchange): Promise<void> {
  requireNoPayload(exchange);
  const { bucket, key } = objectName(exchange);
  if (!exchange.resources.store.hasBucket(bucket)) {
    throw new S3Error("NoSuchBucket", "The specified bucket does not exist.");
  }
  const object = { key, headers: keptHeaders(exchange.head) };
  const { uploadId } = await exchange.resources.uploads.create(bucket, object);
  const document = xmlDocument("InitiateMultipartUploadResult", {
    Bucket: bucket,
    Key: key,
    UploadId: uploadId,
  });
  answerXml(exchange.response, 200, document);
}

/** `PUT /bucket/key?partNumber=N&uploadId=ID` */
export async function uploadPart(exchange: S3Exchange): Promise<void> {
  const { bucket, key } = objectName(exchange);
  if (exchange.head.headers.has("x-amz-copy-source")) {
    throw new S3Error("NotImplemented", "Parts cannot be copied here.");
  }
  const partNumber = Number(queryValue(exchange.head, "partNumber") ?? Number.NaN);
  const etag = await exchange.resources.uploads.putPart(
    uploadIdOf(exchange),
    bucket,
    key,
    partNumber,
    payload(exchange),
  );
  answerEmpty(exchange.response, 200, { etag: `"${etag}"` });
}

/** `POST /bucket/key?uploadId=ID` */
export async function completeUpload(exchange: S3Exchange): Promise<void> {
  const { bucket, key } = objectName(exchange);
  const parts = parseCompletedParts(await wholePayload(exchange));
  const { etag } = await exchange.resources.uploads.complete(
    uploadIdOf(exchange),
    bucket,
    key,
    parts,
  );
  const host = exchange.head.headers.get("host") ?? "";
  const document = xmlDocument("CompleteMultipartUploadResult", {
    Location: `http://${host}${encodeURI(exchange.head.path)}`,
    Bucket: bucket,
    Key: key,
    ETag: `"${etag}"`,
  });
  answerXml(exchange.response, 200, document);
}

/** `DELETE /bucket/key?uploadId=ID` */
export async function abortUpload(exchange: S3Exchange): Promise<void> {
  requireNoPayload(exchange);
  const { bucket, key } = objectName(exchange);
  await exchange.resources.uploads.abort(uploadIdOf(exchange), bucket, key);
  answerEmpty(exchange.response, 204);
}

/** `GET /bucket/key?uploadId=ID`: all parts on one page. */
export async function listParts(exchange: S3Exchange): Promise<void> {
  requireNoPayload(exchange);
  const { bucket, key } = objectName(exchange);
  const uploadId = uploadIdOf(exchange);
  const parts = await exchange.resources.uploads.listParts(uploadId, bucket, key);
  const document = xmlDocument("ListPartsResult", {
    Bucket: bucket,
    Key: key,
    UploadId: uploadId,
    IsTruncated: false,
    Part: parts.map(({ partNumber, etag, sizeBytes, modifiedAt }) => ({
      PartNumber: partNumber,
      LastModified: xmlTime(modifiedAt),
      ETag: `"${etag}"`,
      Size: sizeBytes,
    })),
  });
  answerXml(exchange.response, 200, document);
}

function uploadIdOf({ head }: S3Exchange): string {
  return queryValue(head, "uploadId") ?? "";
}
