import { type ChildProcess, fork } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { resolveModel } from "@sentinel/edge-agent/model/resolve-model";
import type { Box } from "@sentinel/protocol/box";
import { readTrustedKeys, type TrustedKeys } from "@sentinel/protocol/signed-document";
import sharp from "sharp";
import { connectApi } from "../../../cloud/test/api-client.ts";
import { type RunningCloud, startCloud } from "../../../cloud/test/running-cloud.ts";
import { uuidV7 } from "../../../cloud/test/uuid-v7.ts";
import { modelCacheDir } from "../src/config.ts";
import { ensureFfmpeg } from "../src/setup/ensure-ffmpeg.ts";
import { repositoryPath } from "../src/start/repository.ts";
import { ensureSigningKeys } from "../src/start/signing-keys.ts";
import { readClipPictures } from "../src/train-camera/clip-pictures.ts";
import { type LabelledFrame, labelsSchema } from "../src/train-camera/labels-file.ts";
import {
  ACCESS_KEY,
  awsClient,
  REGION,
  type S3Fixture,
  SECRET_KEY,
  startS3,
} from "./s3-fixture.ts";

const TESTDATA = repositoryPath("../shared/testdata");
const CLOUD = repositoryPath("cloud/src/main.ts");
/** The clip is stretched: seconds of one scene would all be one block of time. */
const FRAME_MS = 2_000;
/** When the clip begins, ms. */
const CLIP_AT = 1_795_000_200_000;

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** A model as the registry has it. */
export interface SampleModel {
  name?: string;
  baseDigest?: string;
  datasetId?: string;
  inputSize?: number;
  classNames?: readonly string[];
  state?: string;
}

/** A cloud that can learn: the catalog's model, answers from real footage, trainers as processes of their own. */
export class LearningFixture {
  readonly cloud: RunningCloud;
  readonly api: ReturnType<typeof connectApi>["api"];
  readonly folder: string;
  /** The public key of what the cloud signs. */
  readonly keys: TrustedKeys;
  baseDigest = "";
  classNames: string[] = [];
  readonly #s3: S3Fixture;
  readonly #environment: Record<string, string>;
  readonly #trainers = new Set<ChildProcess>();
  readonly #closeApi: () => Promise<void>;

  private constructor(
    cloud: RunningCloud,
    s3: S3Fixture,
    folder: string,
    keys: TrustedKeys,
    environment: Record<string, string>,
  ) {
    this.cloud = cloud;
    this.folder = folder;
    this.keys = keys;
    this.#s3 = s3;
    this.#environment = environment;
    const { api, close } = connectApi(cloud.httpUrl);
    this.api = api;
    this.#closeApi = close;
  }

  /** Starts a cloud without a trainer, and registers the catalog's smallest model. */
  static async start(environment: Record<string, string> = {}): Promise<LearningFixture> {
    const s3 = await startS3({
      buckets: ["sentinel-clips", "sentinel-models", "sentinel-datasets"],
    });
    const folder = await mkdtemp(join(tmpdir(), "sentinel-learning-"));
    const { privateFile, publicFile } = ensureSigningKeys(folder);
    const stores = {
      S3_ENDPOINT: s3.endpoint,
      S3_ACCESS_KEY: ACCESS_KEY,
      S3_SECRET_KEY: SECRET_KEY,
      S3_REGION: REGION,
      SENTINEL_WORK_DIR: join(folder, "work"),
    };
    const signing = { SENTINEL_SIGNING_KEY_FILE: privateFile };
    const cloud = await startCloud({}, { ...stores, ...signing, ...environment });
    const keys = readTrustedKeys([await readFile(publicFile, "utf8")]);
    const fixture = new LearningFixture(cloud, s3, folder, keys, stores);
    await fixture.#registerBase();
    return fixture;
  }

  /** A trainer in a process of its own, which can be killed. */
  async startTrainer(settings: Record<string, string> = {}): Promise<ChildProcess> {
    const { PATH = "", HOME = "" } = process.env;
    const child = fork(CLOUD, [], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      env: {
        PATH,
        HOME,
        ...this.#environment,
        SENTINEL_ROLES: "trainer",
        SENTINEL_HTTP_PORT: "0",
        SENTINEL_BROKER_URL: this.cloud.mqttUrl,
        SENTINEL_LOG_LEVEL: "error",
        DATABASE_URL: this.cloud.database.url,
        ...settings,
      },
    });
    this.#trainers.add(child);
    const [message] = (await once(child, "message")) as [{ type?: string }];
    if (message.type !== "ready") throw new Error("the trainer did not start");
    return child;
  }

  /** Ends a trainer, politely or not. */
  async stopTrainer(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    this.#trainers.delete(child);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  }

  /** Ends every trainer politely. */
  async stopTrainers(): Promise<void> {
    for (const trainer of this.#trainers) await this.stopTrainer(trainer);
  }

  /** The labels of the clip with cars, in their order. */
  async labels(): Promise<LabelledFrame[]> {
    const text = await readFile(join(TESTDATA, "labels", "intel-car-detection.json"), "utf8");
    return labelsSchema.parse(JSON.parse(text));
  }

  /** What people answered of labelled frames of the clip, as snapshots. @returns the pictures. */
  async answer(
    chosen: readonly LabelledFrame[],
    place: { nodeId?: string; cameraId?: string; person?: string } = {},
  ): Promise<string[]> {
    const frames = chosen.map(({ frame }) => frame);
    const clip = join(TESTDATA, "clips", "intel-car-detection.mp4");
    const pictures = await readClipPictures(clip, frames, await ensureFfmpeg(() => undefined));
    const names: string[] = [];
    for (const { frame, boxes } of chosen) {
      const picture = pictures.get(frame);
      if (picture === undefined) throw new Error(`the clip has no frame ${frame}`);
      const crops: Box[] =
        boxes.length === 0 ? [[0.25, 0.25, 0.5, 0.5]] : boxes.map(({ box }) => aroundOf(box));
      for (const crop of crops) {
        names.push(await this.#answerOne(picture, frame, boxes, crop, place));
      }
    }
    return names;
  }

  /** Puts a model of any bytes into the store and the registry. @returns its digest. */
  async register(bytes: Uint8Array, model: SampleModel = {}): Promise<string> {
    const digest = sha256(bytes);
    await this.put("sentinel-models", `models/${digest}.onnx`, bytes);
    await this.cloud.database.query(
      `insert into model_versions (digest, name, base_digest, dataset_id, layout, input_size,
        class_names, licence, size_bytes, state, made_at)
        values ($1, $2, $3, $4, 'yolov5', $5, $6, '{"id": "AGPL-3.0"}', $7, $8, $9)`,
      [
        digest,
        model.name ?? `sample-${digest.slice(0, 4)}`,
        model.baseDigest ?? null,
        model.datasetId ?? null,
        model.inputSize ?? 320,
        JSON.stringify(model.classNames ?? this.classNames),
        bytes.length,
        model.state ?? "candidate",
        Date.now(),
      ],
    );
    return digest;
  }

  async put(bucket: string, key: string, body: Uint8Array): Promise<void> {
    const client = awsClient(this.#s3);
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
    client.destroy();
  }

  async read(bucket: string, key: string): Promise<Uint8Array> {
    const client = awsClient(this.#s3);
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
    client.destroy();
    return bytes;
  }

  query<Row extends Record<string, unknown>>(text: string, values: unknown[] = []) {
    return this.cloud.database.query<Row>(text, values);
  }

  /** Takes every picture out of the store. */
  async removePictures(): Promise<void> {
    const client = awsClient(this.#s3);
    const rows = await this.cloud.database.query<{ picture: string }>(
      "select distinct picture from annotations",
    );
    for (const { picture } of rows) {
      const Key = `snapshots/node-a/${picture}.jpg`;
      await client.send(new DeleteObjectCommand({ Bucket: "sentinel-clips", Key }));
    }
    client.destroy();
  }

  async stop(): Promise<void> {
    await this.stopTrainers();
    await this.#closeApi();
    await this.cloud.stop();
    await this.#s3.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** The catalog's model, as `npm start` registers it: approved and signed. */
  async #registerBase(): Promise<void> {
    const model = await resolveModel({
      nameOrFile: "yolov5s-320",
      catalogPath: repositoryPath("fleet/state/models.yaml"),
      cacheDir: modelCacheDir(),
    });
    const { digest, name, layout, inputSize, licence } = model;
    this.baseDigest = digest;
    this.classNames = [...model.classNames];
    await this.put("sentinel-models", `models/${digest}.onnx`, await readFile(model.path));
    const { id, url } = licence;
    const facts = { digest, name, layout, inputSize, classNames: this.classNames };
    await this.api.models.registerBase.mutate({ ...facts, licence: { id, url } });
  }

  async #answerOne(
    { width, height, data }: { width: number; height: number; data: Uint8Array },
    frame: number,
    boxes: LabelledFrame["boxes"],
    around: Box,
    place: { nodeId?: string; cameraId?: string; person?: string },
  ): Promise<string> {
    const [left, top] = [Math.round(around[0] * width), Math.round(around[1] * height)];
    const w = Math.min(width - left, Math.round(around[2] * width));
    const h = Math.min(height - top, Math.round(around[3] * height));
    const crop: Box = [left / width, top / height, w / width, h / height];
    const jpeg = await sharp(data, { raw: { width, height, channels: 3 } })
      .extract({ left, top, width: w, height: h })
      .jpeg({ quality: 90 })
      .toBuffer();
    const { nodeId = "node-a", cameraId = "gate", person = "Lena" } = place;
    await this.put("sentinel-clips", `snapshots/${nodeId}/${sha256(jpeg)}.jpg`, jpeg);
    const said = boxes.flatMap(({ classId, box }) => {
      const x = Math.max(0, (box[0] - crop[0]) / crop[2]);
      const y = Math.max(0, (box[1] - crop[1]) / crop[3]);
      const right = Math.min(1, (box[0] + box[2] - crop[0]) / crop[2]);
      const bottom = Math.min(1, (box[1] + box[3] - crop[1]) / crop[3]);
      if (right - x < 0.02 || bottom - y < 0.02) return [];
      return [{ classId, className: this.classNames[classId], box: [x, y, right - x, bottom - y] }];
    });
    await this.query(
      `insert into annotations (annotation_id, node_id, camera_id, picture, width, height, crop,
        captured_at, phash, boxes, verdict, person_id, person_name, at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, '', $9, 'boxes', lower($10), $10, $11)`,
      [
        uuidV7(),
        nodeId,
        cameraId,
        sha256(jpeg),
        w,
        h,
        crop,
        CLIP_AT + frame * FRAME_MS,
        JSON.stringify(said),
        person,
        Date.now(),
      ],
    );
    return sha256(jpeg);
  }
}

/** A part of the frame around a thing, as the edge cuts snapshots. */
function aroundOf([x, y, width, height]: Box): Box {
  const side = Math.min(1, Math.max(0.3, 2 * Math.max(width, height)));
  const at = (middle: number) => Math.min(1 - side, Math.max(0, middle - side / 2));
  return [at(x + width / 2), at(y + height / 2), side, side];
}

/** So many of the frames, evenly chosen. */
export function someFrames(labels: readonly LabelledFrame[], count: number): LabelledFrame[] {
  const step = labels.length / count;
  return labels.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}
