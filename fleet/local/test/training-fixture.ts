import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import sharp from "sharp";
import { MinioBlobStore } from "../../../cloud/src/blobs/minio-blob-store.ts";
import { migrate } from "../../../cloud/src/database/migrate.ts";
import { Postgres } from "../../../cloud/src/database/postgres.ts";
import { type DatasetManifest, datasetIdOf } from "../../../cloud/src/dataset/dataset-manifest.ts";
import type { TrainedCandidate } from "../../../cloud/src/training/jobs/candidate-sink.ts";
import type { JobPlace } from "../../../cloud/src/training/jobs/job-place.ts";
import type { BuildVersion } from "../../../cloud/src/training/jobs/loop-trigger.ts";
import { processPlace } from "../../../cloud/src/training/jobs/process-place.ts";
import { queueJob } from "../../../cloud/src/training/jobs/start-job.ts";
import { startTrainerRole } from "../../../cloud/src/training/trainer-role.ts";
import { silentLogger } from "../../../cloud/test/silent-logger.ts";
import { makeDatabase, type TestDatabase } from "../../../cloud/test/test-database.ts";
import { uuidV7 } from "../../../cloud/test/uuid-v7.ts";
import { COUNTING_PROGRAMS } from "./counting-programs.ts";
import {
  ACCESS_KEY,
  awsClient,
  REGION,
  type S3Fixture,
  SECRET_KEY,
  startS3,
} from "./s3-fixture.ts";

export const PERSON = { id: "lena", name: "Lena" };

const sha256 = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex");

/** The processes that work on a job's folder. */
export async function childrenOf(jobId: string): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
  );
  return pids.filter((_pid, index) => lines[index]?.includes(jobId));
}

/** A picture as a dataset's manifest names it. */
export interface SamplePicture {
  picture: string;
  annotationId: string;
  bytes: Buffer;
}

/** A database, an S3 endpoint and what training reads from them. */
export class TrainingFixture {
  readonly candidates: TrainedCandidate[] = [];
  readonly #stops: (() => Promise<unknown> | unknown)[] = [];

  readonly own: TestDatabase;
  readonly database: Postgres;
  readonly s3: S3Fixture;
  readonly workDir: string;

  private constructor(own: TestDatabase, database: Postgres, s3: S3Fixture, workDir: string) {
    this.own = own;
    this.database = database;
    this.s3 = s3;
    this.workDir = workDir;
  }

  static async start(): Promise<TrainingFixture> {
    const own = await makeDatabase();
    await migrate(own.url);
    const database = new Postgres({ url: own.url, logger: silentLogger });
    const s3 = await startS3();
    const workDir = await mkdtemp(join(tmpdir(), "sentinel-work-"));
    const fixture = new TrainingFixture(own, database, s3, workDir);
    fixture.#stops.push(
      () => rm(workDir, { recursive: true, force: true }),
      () => s3.stop(),
      () => own.drop(),
      () => database.stop(),
    );
    return fixture;
  }

  /** A trainer with connections of its own; stopped with the fixture at the latest. */
  async trainer(
    options: {
      buildVersion?: BuildVersion;
      workDir?: string;
      endpoint?: string;
      place?: JobPlace;
    } = {},
  ) {
    const trainer = await startTrainerRole({
      database: this.database,
      databaseUrl: this.own.url,
      stores: {
        pictures: this.store("sentinel-clips", options.endpoint),
        models: this.store("sentinel-models", options.endpoint),
      },
      workDir: options.workDir ?? this.workDir,
      buildVersion: options.buildVersion ?? (() => Promise.reject(new Error("not asked for"))),
      registerCandidate: async (candidate) => {
        this.candidates.push(candidate);
      },
      evaluation: {
        record: () => Promise.reject(new Error("not asked for")),
        leastCameraShare: 0.5,
      },
      logger: silentLogger,
      place: options.place ?? processPlace(COUNTING_PROGRAMS, silentLogger),
    });
    let stopped = false;
    const stop = async () => {
      if (stopped) return;
      stopped = true;
      await trainer.stop();
    };
    this.#stops.push(stop);
    return { stop };
  }

  store(bucket: string, endpoint = this.s3.endpoint): MinioBlobStore {
    const access = { endpoint, accessKey: ACCESS_KEY, secretKey: SECRET_KEY, region: REGION };
    return new MinioBlobStore({ access, bucket, logger: silentLogger });
  }

  async put(bucket: string, key: string, body: Uint8Array): Promise<void> {
    const client = awsClient(this.s3);
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
    client.destroy();
  }

  /** An approved base model, and its file in the store. */
  async base(content = "base model", layout = "yolov5"): Promise<string> {
    const bytes = Buffer.from(content);
    const digest = sha256(bytes);
    await this.put("sentinel-models", `models/${digest}.onnx`, bytes);
    await this.own.query(
      `insert into model_versions (digest, name, layout, input_size, class_names, licence, size_bytes,
        state, made_at) values ($1, 'base', $2, 64, '["person", "car"]', '{}', $3, 'approved', $4)
        on conflict do nothing`,
      [digest, layout, bytes.length, Date.now()],
    );
    return digest;
  }

  /** A picture with an annotation of one car; `shade` makes it another one. */
  async picture(shade: number, options: { stored?: boolean; at?: number } = {}) {
    const bytes = await sharp({
      create: { width: 48, height: 32, channels: 3, background: { r: shade, g: 40, b: 200 } },
    })
      .jpeg()
      .toBuffer();
    const picture = sha256(bytes);
    if (options.stored !== false) {
      await this.put("sentinel-clips", `snapshots/node-a/${picture}.jpg`, bytes);
    }
    const annotationId = uuidV7();
    await this.own.query(
      `insert into annotations (annotation_id, node_id, camera_id, picture, width, height, crop,
        captured_at, phash, boxes, verdict, person_id, person_name, at)
        values ($1, 'node-a', 'gate', $2, 48, 32, '{0.25,0.25,0.5,0.5}', 1, $3, '[]', 'accept', 'lena',
          'Lena', $4)`,
      [annotationId, picture, sha256(String(shade)).slice(0, 16), options.at ?? Date.now()],
    );
    return { picture, annotationId, bytes };
  }

  /** A dataset version of these pictures; the last one validates. */
  async dataset(pictures: readonly SamplePicture[], change: object = {}): Promise<string> {
    const manifest = {
      _type: "dataset",
      classes: ["person", "car"],
      pictures: pictures.map(({ picture, annotationId }, index) => ({
        picture,
        nodeId: "node-a",
        cameraId: "gate",
        capturedAt: index,
        width: 48,
        height: 32,
        crop: [250_000, 250_000, 500_000, 500_000],
        frameWidth: 96,
        frameHeight: 64,
        annotation: sha256(annotationId),
        annotationId,
        split: index === pictures.length - 1 ? "validation" : "train",
        boxes: index === 0 ? [] : [{ className: "car", box: [100_000, 100_000, 500_000, 500_000] }],
        ...change,
      })),
      goldenId: null,
    };
    const datasetId = datasetIdOf(manifest as DatasetManifest);
    await this.own.query(
      `insert into dataset_versions (dataset_id, name, query, manifest, pictures, boxes, counts,
        made_at, made_by) values ($1, 'cars', '{}', $2, $3, $3, '{}', $4, 'Lena')
        on conflict do nothing`,
      [datasetId, JSON.stringify(manifest), pictures.length, Date.now()],
    );
    return datasetId;
  }

  /** Queues a job as the API does. */
  async queue(datasetId: string, baseDigest: string, settings: Record<string, unknown> = {}) {
    const wish = { datasetId, baseDigest, engine: "head" as const, settings, seed: 1 };
    return this.database.transaction((sql) => queueJob(sql, wish, "person", PERSON));
  }

  async job(jobId: string) {
    const row = await this.database.reads
      .selectFrom("training_jobs")
      .selectAll()
      .where("job_id", "=", jobId)
      .executeTakeFirstOrThrow();
    return row;
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.splice(0).reverse()) await stop();
  }
}
