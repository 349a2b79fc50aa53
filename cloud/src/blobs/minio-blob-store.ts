import type { Readable } from "node:stream";
import { Client, S3Error } from "minio";
import type { Logger } from "pino";
import { cloudError } from "../errors.ts";
import type { Blob, BlobStore } from "./blob-store.ts";

/** How to reach an S3 endpoint. */
export interface S3Access {
  /** `http://host:port` or `https://host`. */
  endpoint: string;
  /** The same S3 as others reach it, where that is another name; presigned addresses are for it. */
  publicEndpoint?: string | undefined;
  accessKey: string;
  secretKey: string;
  region: string;
}

const ANSWER_MS = 10_000;
/** Objects are pictures below 5 MB. */
const BODY_MS = 30_000;
const RETRY_MS = 5_000;

/** One bucket of an S3 endpoint. The bucket is made at start; where that fails it is tried again. */
export class MinioBlobStore implements BlobStore {
  readonly #client: Client;
  readonly #signer: Client;
  readonly #endpoint: string;
  readonly #bucket: string;
  readonly #region: string;
  readonly #logger: Logger;
  readonly #answerMs: number;
  readonly #bodyMs: number;
  #bucketMade = false;
  #faultTold = false;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  /** `answerMs` and `bodyMs`: how long an answer, and after it the whole of an object, may take. */
  constructor(options: {
    access: S3Access;
    bucket: string;
    logger: Logger;
    answerMs?: number;
    bodyMs?: number;
  }) {
    const { endpoint, publicEndpoint, region } = options.access;
    this.#endpoint = new URL(endpoint).origin;
    this.#answerMs = options.answerMs ?? ANSWER_MS;
    this.#bodyMs = options.bodyMs ?? BODY_MS;
    this.#client = clientOf(endpoint, options.access);
    this.#signer =
      publicEndpoint === undefined ? this.#client : clientOf(publicEndpoint, options.access);
    this.#bucket = options.bucket;
    this.#region = region;
    this.#logger = options.logger;
  }

  /** Makes the bucket where it is missing; does not fail where the endpoint is away. */
  async start(): Promise<void> {
    try {
      await this.#ask(() => this.#makeBucket());
      this.#bucketMade = true;
    } catch (error) {
      // Told once; /readyz goes on telling it.
      const level = this.#faultTold ? "debug" : "warn";
      this.#faultTold = true;
      this.#logger[level]({ err: error, bucket: this.#bucket }, "bucket not yet usable");
      if (!this.#stopped) this.#timer = setTimeout(() => void this.start(), RETRY_MS);
    }
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async fault(): Promise<string | null> {
    try {
      const exists = await this.#ask(() => this.#client.bucketExists(this.#bucket));
      return exists && this.#bucketMade ? null : `there is no bucket ${this.#bucket}`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  presignPut(key: string, seconds: number): Promise<string> {
    return this.#signer.presignedPutObject(this.#bucket, key, seconds);
  }

  presignGet(key: string, seconds: number): Promise<string> {
    return this.#signer.presignedGetObject(this.#bucket, key, seconds);
  }

  async write(key: string, bytes: Uint8Array, contentType?: string): Promise<void> {
    const facts = contentType === undefined ? {} : { "content-type": contentType };
    const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const put = () => this.#client.putObject(this.#bucket, key, body, body.length, facts);
    await this.#ask(put, this.#bodyMs);
  }

  async read(key: string): Promise<Blob | null> {
    let tooLate = false;
    try {
      return await this.#ask(async () => {
        const { size } = await this.#client.statObject(this.#bucket, key);
        const stream = await this.#client.getObject(this.#bucket, key);
        if (tooLate) stream.destroy();
        else this.#bound(stream);
        return { sizeBytes: size, stream };
      });
    } catch (error) {
      tooLate = true;
      if (isMissing(error)) return null;
      throw error;
    }
  }

  async remove(key: string): Promise<void> {
    await this.#ask(() => this.#client.removeObject(this.#bucket, key));
  }

  async #makeBucket(): Promise<void> {
    if (await this.#client.bucketExists(this.#bucket)) return;
    await this.#client.makeBucket(this.#bucket, this.#region).catch((error: unknown) => {
      // Another process of the cloud was faster.
      if (!(error instanceof S3Error) || error.code !== "BucketAlreadyOwnedByYou") throw error;
    });
  }

  /** Breaks a stream that has not been read to its end in time. */
  #bound(stream: Readable): void {
    const timer = setTimeout(() => {
      const message = `${this.#endpoint}: an object did not come in time`;
      stream.destroy(cloudError("BLOBS_UNREACHABLE", message));
    }, this.#bodyMs);
    timer.unref();
    stream.once("close", () => clearTimeout(timer));
    // Whoever reads is told by the stream; where nobody reads the process must not end over it.
    stream.on("error", () => {});
  }

  /** The client waits for ever on a silent endpoint; here an answer has a deadline. */
  async #ask<Result>(
    work: () => Promise<Result>,
    deadlineMs: number = this.#answerMs,
  ): Promise<Result> {
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error("no answer in time")), deadlineMs);
    try {
      return await Promise.race([work(), promise]);
    } catch (error) {
      if (isMissing(error)) throw error;
      const message =
        error instanceof Error && error.message !== "" ? error.message : String(error);
      throw cloudError("BLOBS_UNREACHABLE", `${this.#endpoint}: ${message}`, error);
    } finally {
      clearTimeout(timer);
    }
  }
}

function clientOf(endpoint: string, { accessKey, secretKey, region }: S3Access): Client {
  const url = new URL(endpoint);
  const secure = url.protocol === "https:";
  return new Client({
    endPoint: url.hostname,
    port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
    useSSL: secure,
    accessKey,
    secretKey,
    region,
    pathStyle: true,
  });
}

function isMissing(error: unknown): boolean {
  return error instanceof S3Error && (error.code === "NoSuchKey" || error.code === "NotFound");
}
