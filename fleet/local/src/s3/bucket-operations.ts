import { queryValue, type RequestHead } from "./request-head.ts";
import { S3Error } from "./s3-error.ts";
import {
  answerEmpty,
  answerXml,
  bucketName,
  requireNoPayload,
  type S3Exchange,
  wholePayload,
} from "./s3-exchange.ts";
import { listedKey, xmlDocument, xmlTime } from "./xml-answer.ts";
import { parseDeletedKeys } from "./xml-request.ts";

/** S3's page size. */
const MAX_KEYS = 1000;

/** `GET /` */
export async function listBuckets(exchange: S3Exchange): Promise<void> {
  requireNoPayload(exchange);
  const buckets = await exchange.resources.store.listBuckets();
  const document = xmlDocument("ListAllMyBucketsResult", {
    Owner: { ID: "sentinel", DisplayName: "sentinel" },
    Buckets: {
      Bucket: buckets.map(({ name, createdAt }) => ({
        Name: name,
        CreationDate: xmlTime(createdAt),
      })),
    },
  });
  answerXml(exchange.response, 200, document);
}

/** `PUT /bucket` */
export async function createBucket(exchange: S3Exchange): Promise<void> {
  const bucket = bucketName(exchange.head);
  if (exchange.head.headers.has("content-length")) await wholePayload(exchange);
  const { store } = exchange.resources;
  if (store.hasBucket(bucket)) {
    throw new S3Error("BucketAlreadyOwnedByYou", "Your previous request to create it succeeded.");
  }
  await store.createBucket(bucket);
  answerEmpty(exchange.response, 200, { location: `/${bucket}` });
}

/** `HEAD /bucket` */
export async function headBucket(exchange: S3Exchange): Promise<void> {
  requireNoPayload(exchange);
  requireBucket(exchange);
  answerEmpty(exchange.response, 200, { "x-amz-bucket-region": exchange.resources.region });
}

/** `GET /bucket?location`: the first region of S3 is told as nothing. */
export async function bucketLocation(exchange: S3Exchange): Promise<void> {
  requireNoPayload(exchange);
  requireBucket(exchange);
  const { region } = exchange.resources;
  const text = region === "us-east-1" ? "" : region;
  const document = xmlDocument("LocationConstraint", {}).replace("></", `>${text}</`);
  answerXml(exchange.response, 200, document);
}

/** `GET /bucket?list-type=2` */
export async function listObjects(exchange: S3Exchange): Promise<void> {
  requireNoPayload(exchange);
  const { head, resources, response } = exchange;
  const value = (name: string) => queryValue(head, name) ?? "";
  const encodingType = queryValue(head, "encoding-type");
  const continuation = queryValue(head, "continuation-token");
  const query = {
    prefix: value("prefix"),
    delimiter: value("delimiter"),
    startAfter: value("start-after"),
    continuation,
    maxKeys: maxKeys(head),
  };
  const page = await resources.store.list(bucketName(head), query);
  const document = xmlDocument("ListBucketResult", {
    Name: bucketName(head),
    Prefix: listedKey(query.prefix, encodingType),
    Delimiter: query.delimiter === "" ? undefined : listedKey(query.delimiter, encodingType),
    StartAfter: query.startAfter === "" ? undefined : listedKey(query.startAfter, encodingType),
    EncodingType: encodingType ?? undefined,
    MaxKeys: query.maxKeys,
    KeyCount: page.objects.length + page.commonPrefixes.length,
    IsTruncated: page.next !== null,
    ContinuationToken: continuation ?? undefined,
    NextContinuationToken: page.next ?? undefined,
    Contents: page.objects.map(({ key, modifiedAt, etag, sizeBytes }) => ({
      Key: listedKey(key, encodingType),
      LastModified: xmlTime(modifiedAt),
      ETag: `"${etag}"`,
      Size: sizeBytes,
      StorageClass: "STANDARD",
    })),
    CommonPrefixes: page.commonPrefixes.map((prefix) => ({
      Prefix: listedKey(prefix, encodingType),
    })),
  });
  answerXml(response, 200, document);
}

/** `GET /bucket?uploads` */
export async function listUploads(exchange: S3Exchange): Promise<void> {
  requireNoPayload(exchange);
  requireBucket(exchange);
  const { head, resources, response } = exchange;
  const prefix = queryValue(head, "prefix") ?? "";
  const encodingType = queryValue(head, "encoding-type");
  const uploads = await resources.uploads.list(bucketName(head), prefix);
  const document = xmlDocument("ListMultipartUploadsResult", {
    Bucket: bucketName(head),
    Prefix: listedKey(prefix, encodingType),
    EncodingType: encodingType ?? undefined,
    MaxUploads: MAX_KEYS,
    IsTruncated: false,
    Upload: uploads.map(({ key, uploadId, initiatedAt }) => ({
      Key: listedKey(key, encodingType),
      UploadId: uploadId,
      Initiated: xmlTime(initiatedAt),
      StorageClass: "STANDARD",
    })),
  });
  answerXml(response, 200, document);
}

/** `POST /bucket?delete` */
export async function deleteObjects(exchange: S3Exchange): Promise<void> {
  requireBucket(exchange);
  const { keys, quiet } = parseDeletedKeys(await wholePayload(exchange));
  for (const key of keys) await exchange.resources.store.remove(bucketName(exchange.head), key);
  const document = xmlDocument("DeleteResult", {
    Deleted: quiet ? [] : keys.map((Key) => ({ Key })),
  });
  answerXml(exchange.response, 200, document);
}

function requireBucket({ head, resources }: S3Exchange): void {
  if (!resources.store.hasBucket(bucketName(head))) {
    throw new S3Error("NoSuchBucket", "The specified bucket does not exist.");
  }
}

function maxKeys(head: RequestHead): number {
  const text = queryValue(head, "max-keys") ?? String(MAX_KEYS);
  if (!/^\d{1,9}$/.test(text)) throw new S3Error("InvalidArgument", "max-keys must be a number.");
  return Math.min(Number(text), MAX_KEYS);
}
