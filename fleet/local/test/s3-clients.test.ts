import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { Client, CopyConditions } from "minio";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  ACCESS_KEY,
  awsClient,
  BUCKET,
  REGION,
  type S3Fixture,
  SECRET_KEY,
  startS3,
} from "./s3-fixture.ts";

const PART_BYTES = 5 * 1024 * 1024;

let s3: S3Fixture;
let minio: Client;
let aws: S3Client;

function minioClient(
  options: { accessKey?: string; secretKey?: string; region?: string } = {},
): Client {
  return new Client({
    endPoint: "127.0.0.1",
    port: s3.port,
    useSSL: false,
    accessKey: ACCESS_KEY,
    secretKey: SECRET_KEY,
    ...options,
  });
}

beforeAll(async () => {
  s3 = await startS3();
  minio = minioClient();
  aws = awsClient(s3);
});

afterAll(async () => {
  aws.destroy();
  await s3.stop();
});

async function getText(client: Client, key: string): Promise<string> {
  return (await buffer(await client.getObject(BUCKET, key))).toString();
}

async function listed(prefix: string, recursive: boolean): Promise<string[]> {
  const names: string[] = [];
  for await (const item of minio.listObjectsV2(BUCKET, prefix, recursive)) {
    names.push(
      (item as { name?: string; prefix?: string }).name ?? (item as { prefix: string }).prefix,
    );
  }
  return names;
}

test("minio: buckets", async () => {
  expect((await minio.listBuckets()).map(({ name }) => name)).toEqual([BUCKET, "sentinel-models"]);
  expect(await minio.bucketExists(BUCKET)).toBe(true);
  expect(await minio.bucketExists("sentinel-nothing")).toBe(false);
  await minio.makeBucket("sentinel-made", REGION);
  expect(await minio.bucketExists("sentinel-made")).toBe(true);
  await expect(minio.makeBucket("sentinel-made", REGION)).rejects.toMatchObject({
    code: "BucketAlreadyOwnedByYou",
  });
  await expect(minio.putObject("sentinel-nothing", "key", "x")).rejects.toMatchObject({
    code: "NoSuchBucket",
  });
});

test("minio: put, stat, get, replace, remove", async () => {
  const first = await minio.putObject(BUCKET, "dir/a b+c&ä%.txt", "first", 5, {
    "Content-Type": "text/plain",
    "X-Amz-Meta-Camera": "gate",
  });
  expect(first.etag).toBe(createHash("md5").update("first").digest("hex"));
  const stat = await minio.statObject(BUCKET, "dir/a b+c&ä%.txt");
  expect(stat).toMatchObject({ size: 5, etag: first.etag });
  expect(stat.metaData).toMatchObject({ "content-type": "text/plain", camera: "gate" });
  expect(Math.abs(stat.lastModified.getTime() - Date.now())).toBeLessThan(10_000);
  expect(await getText(minio, "dir/a b+c&ä%.txt")).toBe("first");
  await minio.putObject(BUCKET, "dir/a b+c&ä%.txt", "the second");
  expect(await getText(minio, "dir/a b+c&ä%.txt")).toBe("the second");
  await minio.removeObject(BUCKET, "dir/a b+c&ä%.txt");
  await expect(minio.statObject(BUCKET, "dir/a b+c&ä%.txt")).rejects.toMatchObject({
    code: "NotFound",
  });
  await expect(minio.getObject(BUCKET, "dir/a b+c&ä%.txt")).rejects.toMatchObject({
    code: "NoSuchKey",
  });
  await minio.removeObject(BUCKET, "dir/a b+c&ä%.txt");
});

test("minio: an empty object, and one that is larger than a socket's buffer", async () => {
  await minio.putObject(BUCKET, "empty", "");
  expect(await getText(minio, "empty")).toBe("");
  const large = randomBytes(3_000_000);
  await minio.putObject(BUCKET, "large", large);
  expect((await buffer(await minio.getObject(BUCKET, "large"))).equals(large)).toBe(true);
});

test("minio: ranges", async () => {
  await minio.putObject(BUCKET, "range", "0123456789");
  const text = async (offset: number, length: number) =>
    (await buffer(await minio.getPartialObject(BUCKET, "range", offset, length))).toString();
  expect(await text(2, 3)).toBe("234");
  expect(await text(8, 0)).toBe("89");
  expect(await text(8, 100)).toBe("89");
  await expect(minio.getPartialObject(BUCKET, "range", 10, 1)).rejects.toMatchObject({
    code: "InvalidRange",
  });
});

test("minio: lists flat, by folder, and over many pages, in the order of bytes", async () => {
  const keys = Array.from(
    { length: 2100 },
    (_, index) => `list/${String(index % 7)}/${String(index).padStart(4, "0")}`,
  );
  keys.push("list/z", "list/\u{1f600}", "list/\uffee", "list/Z");
  for (let from = 0; from < keys.length; from += 50) {
    await Promise.all(keys.slice(from, from + 50).map((key) => minio.putObject(BUCKET, key, "x")));
  }
  const sorted = keys.toSorted((left, right) =>
    Buffer.compare(Buffer.from(left), Buffer.from(right)),
  );
  expect(await listed("list/", true)).toEqual(sorted);
  expect((await listed("list/", false)).sort()).toEqual(
    [
      "list/0/",
      "list/1/",
      "list/2/",
      "list/3/",
      "list/4/",
      "list/5/",
      "list/6/",
      "list/Z",
      "list/z",
      "list/\uffee",
      "list/\u{1f600}",
    ].sort(),
  );
  expect(await listed("list/3/00", true)).toEqual(
    sorted.filter((key) => key.startsWith("list/3/00")),
  );
  expect(await listed("nothing", true)).toEqual([]);
});

test("aws: pages of any size give every key and folder once; start-after and max-keys hold", async () => {
  for (const key of ["p/a/1", "p/a/2", "p/b", "p/c/1", "p/d"])
    await minio.putObject(BUCKET, key, "x");
  for (const MaxKeys of [1, 2, 3]) {
    const seen: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await aws.send(
        new ListObjectsV2Command({
          Bucket: BUCKET,
          Prefix: "p/",
          Delimiter: "/",
          MaxKeys,
          ContinuationToken,
        }),
      );
      expect(page.KeyCount).toBeLessThanOrEqual(MaxKeys);
      seen.push(
        ...(page.Contents ?? []).map(({ Key }) => Key ?? ""),
        ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix ?? ""),
      );
      ContinuationToken = page.NextContinuationToken;
      expect(page.IsTruncated).toBe(ContinuationToken !== undefined);
    } while (ContinuationToken !== undefined);
    expect(seen.sort()).toEqual(["p/a/", "p/b", "p/c/", "p/d"]);
  }
  const after = await aws.send(
    new ListObjectsV2Command({ Bucket: BUCKET, Prefix: "p/", StartAfter: "p/b" }),
  );
  expect(after.Contents?.map(({ Key }) => Key)).toEqual(["p/c/1", "p/d"]);
});

test("minio: a stream of many parts comes back whole; copies keep bytes and metadata", async () => {
  const parts = randomBytes(2 * PART_BYTES + 12_345);
  const client = new Client({
    endPoint: "127.0.0.1",
    port: s3.port,
    useSSL: false,
    accessKey: ACCESS_KEY,
    secretKey: SECRET_KEY,
    partSize: PART_BYTES,
  });
  const { etag } = await client.putObject(
    BUCKET,
    "stream",
    Readable.from(pieces(parts, 100_000)),
    undefined,
    { "Content-Type": "video/mp4" },
  );
  expect(etag).toMatch(/^[0-9a-f]{32}-[23]$/);
  expect((await buffer(await client.getObject(BUCKET, "stream"))).equals(parts)).toBe(true);
  await client.copyObject(BUCKET, "copy of stream", `/${BUCKET}/stream`, new CopyConditions());
  expect((await client.statObject(BUCKET, "copy of stream")).metaData).toMatchObject({
    "content-type": "video/mp4",
  });
  expect((await buffer(await client.getObject(BUCKET, "copy of stream"))).equals(parts)).toBe(true);
});

test("minio: presigned addresses work with plain fetch", async () => {
  const put = await minio.presignedPutObject(BUCKET, "presigned ä", 60);
  expect((await fetch(put, { method: "PUT", body: "by address" })).status).toBe(200);
  const get = await minio.presignedGetObject(BUCKET, "presigned ä", 60, {
    "response-content-disposition": "attachment",
  });
  const answer = await fetch(get);
  expect(answer.headers.get("content-disposition")).toBe("attachment");
  expect(await answer.text()).toBe("by address");
  const tampered = await fetch(put.replace(/Signature=./, "Signature=g"), {
    method: "PUT",
    body: "evil",
  });
  expect(tampered.status).toBe(403);
  expect(await getText(minio, "presigned ä")).toBe("by address");
});

test("minio: wrong secret and unknown key are told", async () => {
  await expect(
    minioClient({ secretKey: "wrong", region: REGION }).statObject(BUCKET, "range"),
  ).rejects.toMatchObject({ code: "AccessDenied" });
  await expect(
    minioClient({ secretKey: "wrong" }).getObject(BUCKET, "range"),
  ).rejects.toMatchObject({ code: "SignatureDoesNotMatch" });
  await expect(
    minioClient({ accessKey: "wrong" }).getObject(BUCKET, "range"),
  ).rejects.toMatchObject({ code: "InvalidAccessKeyId" });
});

test("minio: unfinished uploads are listed and removed", async () => {
  const uploadId = await minio.initiateNewMultipartUpload(BUCKET, "unfinished", {});
  const names: string[] = [];
  for await (const upload of minio.listIncompleteUploads(BUCKET, "", true))
    names.push((upload as { key: string }).key);
  expect(names).toEqual(["unfinished"]);
  await minio.abortMultipartUpload(BUCKET, "unfinished", uploadId);
  await minio.initiateNewMultipartUpload(BUCKET, "unfinished too", {});
  await minio.removeIncompleteUpload(BUCKET, "unfinished too");
  const { Uploads } = await aws.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }));
  expect(Uploads ?? []).toEqual([]);
});

test("aws: put, head, get with range and conditions, copy, delete many", async () => {
  const { Buckets } = await aws.send(new ListBucketsCommand({}));
  expect(Buckets?.map(({ Name }) => Name)).toContain(BUCKET);
  const { ETag } = await aws.send(
    new PutObjectCommand({
      Bucket: BUCKET,
      Key: "aws/1",
      Body: "0123456789",
      Metadata: { camera: "gate" },
      CacheControl: "immutable",
    }),
  );
  const head = await aws.send(new HeadObjectCommand({ Bucket: BUCKET, Key: "aws/1" }));
  expect(head).toMatchObject({
    ContentLength: 10,
    ETag,
    Metadata: { camera: "gate" },
    CacheControl: "immutable",
  });
  const range = await aws.send(
    new GetObjectCommand({ Bucket: BUCKET, Key: "aws/1", Range: "bytes=-3" }),
  );
  expect(range).toMatchObject({ ContentRange: "bytes 7-9/10", ContentLength: 3 });
  expect(await range.Body?.transformToString()).toBe("789");
  await expect(
    aws.send(new GetObjectCommand({ Bucket: BUCKET, Key: "aws/1", IfNoneMatch: ETag })),
  ).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
  await expect(
    aws.send(new GetObjectCommand({ Bucket: BUCKET, Key: "aws/1", IfMatch: '"other"' })),
  ).rejects.toMatchObject({ name: "PreconditionFailed" });
  await expect(
    aws.send(new PutObjectCommand({ Bucket: BUCKET, Key: "aws/1", Body: "x", IfNoneMatch: "*" })),
  ).rejects.toMatchObject({ name: "NotImplemented" });
  await aws.send(
    new CopyObjectCommand({
      Bucket: BUCKET,
      Key: "aws/2",
      CopySource: `${BUCKET}/aws/1`,
      MetadataDirective: "REPLACE",
      Metadata: { camera: "yard" },
    }),
  );
  expect(await aws.send(new HeadObjectCommand({ Bucket: BUCKET, Key: "aws/2" }))).toMatchObject({
    ContentLength: 10,
    Metadata: { camera: "yard" },
  });
  await expect(
    aws.send(
      new CopyObjectCommand({ Bucket: BUCKET, Key: "aws/3", CopySource: `${BUCKET}/aws/none` }),
    ),
  ).rejects.toMatchObject({ name: "NoSuchKey" });
  const { Deleted } = await aws.send(
    new DeleteObjectsCommand({
      Bucket: BUCKET,
      Delete: { Objects: [{ Key: "aws/1" }, { Key: "aws/2" }, { Key: "aws/<&>" }] },
    }),
  );
  expect(Deleted?.map(({ Key }) => Key)).toEqual(["aws/1", "aws/2", "aws/<&>"]);
  expect(await listed("aws/", true)).toEqual([]);
});

test("aws: a stream of known length arrives", async () => {
  const body = randomBytes(500_000);
  await aws.send(
    new PutObjectCommand({
      Bucket: BUCKET,
      Key: "aws/stream",
      Body: Readable.from(pieces(body, 10_000)),
      ContentLength: body.length,
    }),
  );
  expect((await buffer(await minio.getObject(BUCKET, "aws/stream"))).equals(body)).toBe(true);
});

function* pieces(bytes: Buffer, size: number): Generator<Buffer> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}
