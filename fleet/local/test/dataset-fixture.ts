import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import sharp from "sharp";
import { connectApi } from "../../../cloud/test/api-client.ts";
import { type RunningCloud, startCloud } from "../../../cloud/test/running-cloud.ts";
import { uuidV7 } from "../../../cloud/test/uuid-v7.ts";
import {
  ACCESS_KEY,
  awsClient,
  REGION,
  type S3Fixture,
  SECRET_KEY,
  startS3,
} from "./s3-fixture.ts";

const PICTURES = "sentinel-clips";

/** What an annotation of a test says; the rest is made up. */
export interface SampleAnnotation {
  nodeId: string;
  cameraId: string;
  capturedAt: number;
  boxes: { className: string; box: number[] }[];
  verdict: string;
  person: string;
  at: number;
  itemId: string | null;
  width: number;
}

/** A cloud with a database and an S3 endpoint of its own. */
export class DatasetFixture {
  readonly cloud: RunningCloud;
  readonly api: ReturnType<typeof connectApi>["api"];
  readonly folder: string;
  readonly #s3: S3Fixture;
  readonly #close: () => Promise<void>;
  #clock = 1_000;

  private constructor(cloud: RunningCloud, s3: S3Fixture, folder: string) {
    this.cloud = cloud;
    this.folder = folder;
    this.#s3 = s3;
    const { api, close } = connectApi(cloud.httpUrl);
    this.api = api;
    this.#close = close;
  }

  static async start(environment: Record<string, string> = {}): Promise<DatasetFixture> {
    const s3 = await startS3({ buckets: [PICTURES, "sentinel-datasets"] });
    const cloud = await startCloud(
      {},
      {
        S3_ENDPOINT: s3.endpoint,
        S3_ACCESS_KEY: ACCESS_KEY,
        S3_SECRET_KEY: SECRET_KEY,
        S3_REGION: REGION,
        ...environment,
      },
    );
    return new DatasetFixture(cloud, s3, await mkdtemp(join(tmpdir(), "sentinel-datasets-")));
  }

  query<Row extends Record<string, unknown>>(text: string, values: unknown[] = []) {
    return this.cloud.database.query<Row>(text, values);
  }

  /** A picture that looks like no other seed's; `tone` changes it so that it looks the same. */
  async picture(seed: number, tone = 0): Promise<Buffer> {
    const cells = 6;
    const data = Buffer.alloc(cells * cells);
    for (let cell = 0; cell < data.length; cell += 1) {
      const noise = createHash("sha256").update(`${seed}/${cell}`).digest().readUInt8(0);
      data[cell] = Math.min(255, noise + tone);
    }
    return sharp(data, { raw: { width: cells, height: cells, channels: 1 } })
      .resize(96, 72, { fit: "fill" })
      .toColourspace("srgb")
      .jpeg({ quality: 90 })
      .toBuffer();
  }

  async put(bucket: string, key: string, body: Uint8Array): Promise<void> {
    await this.#send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
  }

  async remove(nodeId: string, picture: string): Promise<void> {
    const Key = `snapshots/${nodeId}/${picture}.jpg`;
    await this.#send(new DeleteObjectCommand({ Bucket: PICTURES, Key }));
  }

  async read(bucket: string, key: string): Promise<string> {
    const client = awsClient(this.#s3);
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const text = (await Body?.transformToString()) ?? "";
    client.destroy();
    return text;
  }

  /** Stores a picture and what somebody said of it. @returns its SHA-256. */
  async annotate(bytes: Buffer, change: Partial<SampleAnnotation> = {}): Promise<string> {
    const picture = createHash("sha256").update(bytes).digest("hex");
    this.#clock += 1;
    const said: SampleAnnotation = {
      nodeId: "node-a",
      cameraId: "gate",
      capturedAt: 0,
      boxes: [{ className: "car", box: [0.1, 0.2, 0.3, 0.4] }],
      verdict: "accept",
      person: "lena",
      at: this.#clock,
      itemId: null,
      width: 96,
      ...change,
    };
    await this.put(PICTURES, `snapshots/${said.nodeId}/${picture}.jpg`, bytes);
    await this.query(
      `insert into annotations (annotation_id, item_id, node_id, camera_id, picture, width, height,
        crop, captured_at, phash, boxes, verdict, person_id, person_name, at)
        values ($1, $2, $3, $4, $5, $6, 72, '{0.25,0.25,0.5,0.5}', $7, '0000000000000000', $8, $9,
          $10, initcap($10), $11)`,
      [
        uuidV7(),
        said.itemId,
        said.nodeId,
        said.cameraId,
        picture,
        said.width,
        said.capturedAt,
        JSON.stringify(said.boxes),
        said.verdict,
        said.person,
        said.at,
      ],
    );
    return picture;
  }

  /** Pictures that look like no other, each with one car, but for every fourth, in which nothing is. */
  async annotateMany(from: number, count: number, change: Partial<SampleAnnotation> = {}) {
    const names: string[] = [];
    for (let seed = from; seed < from + count; seed += 1) {
      const empty = seed % 4 === 3 ? { boxes: [], verdict: "reject" } : {};
      names.push(await this.annotate(await this.picture(seed), { ...empty, ...change }));
    }
    return names;
  }

  /** A job that has learnt from a version is done. */
  async learnFrom(datasetId: string): Promise<void> {
    await this.query(
      `insert into training_jobs (job_id, dataset_id, base_digest, engine, settings, seed, cause, state,
        queued_at, queued_by) values ($1, $2, 'b', 'head', '{}', 1, 'person', 'done', 1, 'Lena')`,
      [uuidV7(), datasetId],
    );
  }

  /** Forgets every answer and version. */
  async clear(): Promise<void> {
    await this.query(
      `truncate golden_pictures, golden_sets, dataset_pictures, dataset_versions, training_jobs,
        annotations, triage_items, picture_facts, audit_log cascade`,
    );
  }

  async stop(): Promise<void> {
    await this.#close();
    await this.cloud.stop();
    await this.#s3.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #send(command: PutObjectCommand | DeleteObjectCommand): Promise<void> {
    const client = awsClient(this.#s3);
    await client.send(command as PutObjectCommand);
    client.destroy();
  }
}
