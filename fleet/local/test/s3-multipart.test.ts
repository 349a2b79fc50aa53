import { randomBytes } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListPartsCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { awsClient, BUCKET, type S3Fixture, startS3 } from "./s3-fixture.ts";

/** The smallest size of a part that is not the last one, as S3 has it. */
const PART_BYTES = 5 * 1024 * 1024;

let s3: S3Fixture;
let aws: S3Client;

beforeAll(async () => {
  s3 = await startS3();
  aws = awsClient(s3);
});

afterAll(async () => {
  aws.destroy();
  await s3.stop();
});

test("aws: parts in any order become one object; what does not fit is refused; abort leaves nothing", async () => {
  const target = { Bucket: BUCKET, Key: "aws/parts" };
  const { UploadId } = await aws.send(
    new CreateMultipartUploadCommand({ ...target, ContentType: "video/mp4" }),
  );
  const bodies = [randomBytes(PART_BYTES), randomBytes(PART_BYTES), randomBytes(7)];
  const etags = new Map<number, string>();
  for (const [index, Body] of [...bodies.entries()].reverse()) {
    const PartNumber = index + 1;
    const { ETag = "" } = await aws.send(
      new UploadPartCommand({ ...target, UploadId, PartNumber, Body }),
    );
    etags.set(PartNumber, ETag);
  }
  const { Parts } = await aws.send(new ListPartsCommand({ ...target, UploadId }));
  expect(Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
    [1, PART_BYTES],
    [2, PART_BYTES],
    [3, 7],
  ]);
  const complete = (...numbers: number[]) =>
    aws.send(
      new CompleteMultipartUploadCommand({
        ...target,
        UploadId,
        MultipartUpload: {
          Parts: numbers.map((PartNumber) => ({
            PartNumber,
            ETag: etags.get(PartNumber) ?? '"x"',
          })),
        },
      }),
    );
  await expect(complete(2, 1)).rejects.toMatchObject({ name: "InvalidPartOrder" });
  await expect(complete(1, 2, 4)).rejects.toMatchObject({ name: "InvalidPart" });
  await expect(aws.send(new HeadObjectCommand(target))).rejects.toMatchObject({ name: "NotFound" });
  const { Location, ETag } = await complete(1, 2, 3);
  expect(Location).toBe(`${s3.endpoint}/${BUCKET}/aws/parts`);
  expect(ETag).toMatch(/^"[0-9a-f]{32}-3"$/);
  const got = await aws.send(new GetObjectCommand(target));
  expect(got.ContentType).toBe("video/mp4");
  expect(
    Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(Buffer.concat(bodies)),
  ).toBe(true);
  await expect(complete(1, 2, 3)).rejects.toMatchObject({ name: "NoSuchUpload" });

  const second = await aws.send(
    new CreateMultipartUploadCommand({ Bucket: BUCKET, Key: "aws/given-up" }),
  );
  const givenUp = { Bucket: BUCKET, Key: "aws/given-up", UploadId: second.UploadId };
  for (const PartNumber of [1, 2]) {
    const { ETag: etag = "" } = await aws.send(
      new UploadPartCommand({ ...givenUp, PartNumber, Body: "small" }),
    );
    etags.set(PartNumber, etag);
  }
  const small = {
    Parts: [1, 2].map((PartNumber) => ({ PartNumber, ETag: etags.get(PartNumber) ?? "" })),
  };
  await expect(
    aws.send(new CompleteMultipartUploadCommand({ ...givenUp, MultipartUpload: small })),
  ).rejects.toMatchObject({ name: "EntityTooSmall" });
  await aws.send(new AbortMultipartUploadCommand(givenUp));
  await expect(
    aws.send(new UploadPartCommand({ ...givenUp, PartNumber: 1, Body: "late" })),
  ).rejects.toMatchObject({ name: "NoSuchUpload" });
  await expect(
    aws.send(new HeadObjectCommand({ Bucket: BUCKET, Key: "aws/given-up" })),
  ).rejects.toMatchObject({ name: "NotFound" });
  await expect(
    aws.send(
      new UploadPartCommand({ ...givenUp, UploadId: "../../../tmp", PartNumber: 1, Body: "x" }),
    ),
  ).rejects.toMatchObject({ name: "NoSuchUpload" });
});
