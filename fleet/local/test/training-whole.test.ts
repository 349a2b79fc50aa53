import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";

import { resolveModel } from "@sentinel/edge-agent/model/resolve-model";
import type { Box } from "@sentinel/protocol/box";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectApi } from "../../../cloud/test/api-client.ts";
import { type RunningCloud, startCloud } from "../../../cloud/test/running-cloud.ts";
import { uuidV7 } from "../../../cloud/test/uuid-v7.ts";
import { waitUntil } from "../../../cloud/test/wait-until.ts";
import { modelCacheDir } from "../src/config.ts";
import { ensureFfmpeg } from "../src/setup/ensure-ffmpeg.ts";
import { repositoryPath } from "../src/start/repository.ts";
import { readClipPictures } from "../src/train-camera/clip-pictures.ts";
import { labelsSchema } from "../src/train-camera/labels-file.ts";
import {
  ACCESS_KEY,
  awsClient,
  REGION,
  type S3Fixture,
  SECRET_KEY,
  startS3,
} from "./s3-fixture.ts";
import { childrenOf } from "./training-fixture.ts";

const TESTDATA = repositoryPath("../shared/testdata");
/** Frames of the clip that become answers. */
const ANSWERS = 40;
/** The clip is stretched: seconds of one scene would all be one block of time. */
const FRAME_MS = 2_000;

let s3: S3Fixture;
let client: S3Client;
let cloud: RunningCloud;
let workDir: string;
let connection: ReturnType<typeof connectApi>;
let baseDigest: string;

beforeAll(async () => {
  s3 = await startS3();
  client = awsClient(s3);
  workDir = await mkdtemp(join(tmpdir(), "sentinel-work-"));
  cloud = await startCloud(
    {},
    {
      SENTINEL_ROLES: "api,ingest,trainer",
      SENTINEL_WORK_DIR: workDir,
      S3_ENDPOINT: s3.endpoint,
      S3_ACCESS_KEY: ACCESS_KEY,
      S3_SECRET_KEY: SECRET_KEY,
      S3_REGION: REGION,
    },
  );
  connection = connectApi(cloud.httpUrl);
  baseDigest = await registerBase();
});
afterAll(async () => {
  await connection.close();
  await cloud.stop();
  client.destroy();
  await s3.stop();
  await rm(workDir, { recursive: true, force: true });
});

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const put = (bucket: string, key: string, body: Uint8Array) =>
  client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
let classNames: string[] = [];

/** The catalog's model, approved. */
async function registerBase(): Promise<string> {
  const model = await resolveModel({
    nameOrFile: "yolov5s-320",
    catalogPath: repositoryPath("fleet/state/models.yaml"),
    cacheDir: modelCacheDir(),
  });
  classNames = [...model.classNames];
  const bytes = await readFile(model.path);
  await put("sentinel-models", `models/${model.digest}.onnx`, bytes);
  await cloud.database.query(
    `insert into model_versions (digest, name, layout, input_size, class_names, licence, size_bytes,
      state, made_at) values ($1, $2, $3, $4, $5, '{}', $6, 'approved', 1)`,
    [
      model.digest,
      model.name,
      model.layout,
      model.inputSize,
      JSON.stringify(model.classNames),
      bytes.length,
    ],
  );
  return model.digest;
}

/** What people answered: labelled frames of a clip, as snapshots. */
async function answer(): Promise<void> {
  const text = await readFile(join(TESTDATA, "labels", "intel-car-detection.json"), "utf8");
  const labels = labelsSchema.parse(JSON.parse(text));
  const step = labels.length / ANSWERS;
  const chosen = labels.filter(
    (_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step),
  );
  const frames = chosen.map(({ frame }) => frame);
  const clip = join(TESTDATA, "clips", "intel-car-detection.mp4");
  const pictures = await readClipPictures(clip, frames, await ensureFfmpeg(() => undefined));
  for (const { frame, boxes } of chosen) {
    const picture = pictures.get(frame);
    if (picture === undefined) throw new Error(`the clip has no frame ${frame}`);
    for (const { box } of boxes) await answerOne(picture, frame, boxes, aroundOf(box));
    if (boxes.length === 0) await answerOne(picture, frame, boxes, [0.25, 0.25, 0.5, 0.5]);
  }
}

/** A part of the frame around a thing, as the edge cuts snapshots. */
function aroundOf([x, y, width, height]: Box): Box {
  const side = Math.min(1, Math.max(0.3, 2 * Math.max(width, height)));
  const at = (middle: number) => Math.min(1 - side, Math.max(0, middle - side / 2));
  return [at(x + width / 2), at(y + height / 2), side, side];
}

async function answerOne(
  { width, height, data }: { width: number; height: number; data: Uint8Array },
  frame: number,
  boxes: readonly { classId: number; box: Box }[],
  around: Box,
): Promise<void> {
  const [left, top] = [Math.round(around[0] * width), Math.round(around[1] * height)];
  const [w, h] = [
    Math.min(width - left, Math.round(around[2] * width)),
    Math.min(height - top, Math.round(around[3] * height)),
  ];
  const crop: Box = [left / width, top / height, w / width, h / height];
  const jpeg = await sharp(data, { raw: { width, height, channels: 3 } })
    .extract({ left, top, width: w, height: h })
    .jpeg({ quality: 90 })
    .toBuffer();
  await put("sentinel-clips", `snapshots/node-a/${sha256(jpeg)}.jpg`, jpeg);
  const said = boxes.flatMap(({ classId, box }) => {
    const x = Math.max(0, (box[0] - crop[0]) / crop[2]);
    const y = Math.max(0, (box[1] - crop[1]) / crop[3]);
    const right = Math.min(1, (box[0] + box[2] - crop[0]) / crop[2]);
    const bottom = Math.min(1, (box[1] + box[3] - crop[1]) / crop[3]);
    if (right - x < 0.02 || bottom - y < 0.02) return [];
    return [{ classId, className: classNames[classId], box: [x, y, right - x, bottom - y] }];
  });
  await cloud.database.query(
    `insert into annotations (annotation_id, node_id, camera_id, picture, width, height, crop,
      captured_at, phash, boxes, verdict, person_id, person_name, at)
      values ($1, 'node-a', 'gate', $2, $3, $4, $5, $6, '', $7, 'boxes', 'lena', 'Lena', $8)`,
    [
      uuidV7(),
      sha256(jpeg),
      w,
      h,
      crop,
      1_000_000 + frame * FRAME_MS,
      JSON.stringify(said),
      Date.now(),
    ],
  );
}

test("answers become a dataset version, a job, a better model and a candidate, by themselves", async () => {
  const { training } = connection.api;
  await training.setLoop.mutate({ annotations: 20, enabled: false });
  await answer();
  await training.setLoop.mutate({ enabled: true });
  await waitUntil(async () => {
    const [job] = await training.list.query();
    const { blocked } = await training.loop.query();
    if (blocked !== null) throw new Error(`${blocked.code}: ${blocked.message}`);
    if (job?.state === "failed") throw new Error(JSON.stringify(job.fault));
    return job?.state === "done";
  }, 150_000);

  const [job] = await training.list.query();
  expect(job).toMatchObject({ cause: "threshold", baseDigest, engine: "head", attempts: 1 });
  expect(job?.curve.length).toBeGreaterThan(1);
  const [candidate] = await cloud.database.query<{ digest: string; size_bytes: string }>(
    "select * from model_versions where state = 'candidate'",
  );
  expect(candidate).toMatchObject({
    digest: job?.modelDigest,
    name: "yolov5s-320.1",
    base_digest: baseDigest,
    job_id: job?.jobId,
    dataset_id: job?.datasetId,
    input_size: 320,
  });
  const file = await client.send(
    new GetObjectCommand({ Bucket: "sentinel-models", Key: `models/${candidate?.digest}.onnx` }),
  );
  const bytes = (await file.Body?.transformToByteArray()) ?? new Uint8Array();
  expect(sha256(bytes)).toBe(candidate?.digest);

  // By hand, from the same, killed on the way: the same bytes, and no second model.
  const { jobId } = await training.start.mutate({ datasetId: job?.datasetId ?? "", baseDigest });
  const now = () => training.byId.query({ jobId });
  await waitUntil(async () => (await now()).curve.length > 0, 150_000);
  for (const pid of await childrenOf(jobId)) process.kill(pid, "SIGKILL");
  await waitUntil(async () => (await now()).state === "done", 150_000);
  await expect(now()).resolves.toMatchObject({
    modelDigest: candidate?.digest,
  });
}, 300_000);
