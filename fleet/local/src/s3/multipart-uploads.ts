import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { makeFolder } from "../disk/make-folder.ts";
import { syncFolder } from "../disk/sync-folder.ts";
import {
  type ObjectInfo,
  openObjectFile,
  readBytes,
  readObjectInfoAt,
  writeObjectFile,
} from "./object-file.ts";
import type { NewObject, ObjectStore } from "./object-store.ts";
import { S3Error } from "./s3-error.ts";

const uploadSchema = z.object({
  uploadId: z.string(),
  bucket: z.string(),
  key: z.string(),
  headers: z.record(z.string(), z.string()),
  initiatedAt: z.int(),
});

/** An upload in parts that is not finished. */
export type MultipartUpload = z.infer<typeof uploadSchema>;

/** A part as the client names it when it finishes an upload. */
export interface CompletedPart {
  partNumber: number;
  etag: string;
}

/** A part that has arrived. */
export interface StoredPart extends CompletedPart {
  sizeBytes: number;
  modifiedAt: number;
}

const UPLOAD_ID = /^[0-9a-f]{32}$/;
const PART_FILE = /^part-(\d{5})$/;
/** S3's limits. */
const MAX_PART_NUMBER = 10_000;
const MIN_PART_BYTES = 5 * 1024 * 1024;
/** What nobody finished in this time is thrown away at the next start. */
const ABANDONED_AFTER_MS = 7 * 24 * 3_600_000;

/** Uploads in parts: each has a folder of its own until it is finished or given up. */
export class MultipartUploads {
  readonly #folder: string;
  readonly #store: ObjectStore;

  constructor(dataDir: string, store: ObjectStore) {
    this.#folder = join(dataDir, "uploads");
    this.#store = store;
  }

  async start(): Promise<void> {
    makeFolder(this.#folder, 0o700);
    for (const uploadId of await readdir(this.#folder)) {
      const upload = await this.#read(uploadId);
      if (upload === null || Date.now() - upload.initiatedAt > ABANDONED_AFTER_MS) {
        await this.#forget(uploadId);
      }
    }
  }

  /** Begins an upload. */
  async create(bucket: string, object: NewObject): Promise<MultipartUpload> {
    const uploadId = randomBytes(16).toString("hex");
    const upload = {
      uploadId,
      bucket,
      key: object.key,
      headers: { ...object.headers },
      initiatedAt: Date.now(),
    };
    const folder = join(this.#folder, uploadId);
    await mkdir(folder, { mode: 0o700 });
    await writeFile(join(folder, "upload.json"), JSON.stringify(upload), { flush: true });
    await syncFolder(folder);
    await syncFolder(this.#folder);
    return upload;
  }

  /** Stores one part; a part of the same number is replaced. */
  async putPart(
    uploadId: string,
    bucket: string,
    key: string,
    partNumber: number,
    pieces: AsyncIterable<Buffer>,
  ): Promise<string> {
    await this.#require(uploadId, bucket, key);
    if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > MAX_PART_NUMBER) {
      throw new S3Error("InvalidArgument", `Part number must be from 1 to ${MAX_PART_NUMBER}.`);
    }
    const temp = this.#store.tempPath();
    try {
      const { etag } = await writeObjectFile(temp, pieces, ({ sizeBytes, md5 }) => ({
        key,
        sizeBytes,
        etag: md5,
        modifiedAt: Date.now(),
        headers: {},
      }));
      await rename(temp, this.#partPath(uploadId, partNumber));
      await syncFolder(join(this.#folder, uploadId));
      return etag;
    } catch (error) {
      await rm(temp, { force: true });
      // Given up while the part was on its way.
      if ((error as NodeJS.ErrnoException).code === "ENOENT") throw noSuchUpload();
      throw error;
    }
  }

  /** Joins the parts into an object, stored whole or not at all. */
  async complete(
    uploadId: string,
    bucket: string,
    key: string,
    parts: readonly CompletedPart[],
  ): Promise<ObjectInfo> {
    const upload = await this.#require(uploadId, bucket, key);
    await this.#checkParts(uploadId, parts);
    const md5s = Buffer.concat(parts.map(({ etag }) => Buffer.from(etag, "hex")));
    const etag = `${createHash("md5").update(md5s).digest("hex")}-${parts.length}`;
    const info = await this.#store.put(bucket, upload, this.#join(uploadId, parts), () => etag);
    await this.#forget(uploadId);
    return info;
  }

  async abort(uploadId: string, bucket: string, key: string): Promise<void> {
    await this.#require(uploadId, bucket, key);
    await this.#forget(uploadId);
  }

  /** Parts that have arrived, by number. */
  async listParts(uploadId: string, bucket: string, key: string): Promise<StoredPart[]> {
    await this.#require(uploadId, bucket, key);
    const parts: StoredPart[] = [];
    for (const file of (await readdir(join(this.#folder, uploadId))).sort()) {
      const match = PART_FILE.exec(file);
      const info =
        match === null ? null : await readObjectInfoAt(join(this.#folder, uploadId, file));
      if (match === null || info === null) continue;
      const { etag, sizeBytes, modifiedAt } = info;
      parts.push({ partNumber: Number(match[1]), etag, sizeBytes, modifiedAt });
    }
    return parts;
  }

  /** Unfinished uploads of a bucket, by key. */
  async list(bucket: string, prefix: string): Promise<MultipartUpload[]> {
    const uploads: MultipartUpload[] = [];
    for (const uploadId of await readdir(this.#folder)) {
      const upload = await this.#read(uploadId);
      if (upload?.bucket === bucket && upload.key.startsWith(prefix)) uploads.push(upload);
    }
    return uploads.sort((left, right) =>
      left.key < right.key ? -1 : left.key > right.key ? 1 : 0,
    );
  }

  async #checkParts(uploadId: string, parts: readonly CompletedPart[]): Promise<void> {
    for (const [index, { partNumber, etag }] of parts.entries()) {
      if (partNumber <= (parts[index - 1]?.partNumber ?? 0)) {
        throw new S3Error("InvalidPartOrder", "The list of parts was not in ascending order.");
      }
      const info = await readObjectInfoAt(this.#partPath(uploadId, partNumber));
      if (info === null || info.etag !== etag) {
        throw new S3Error("InvalidPart", `Part ${partNumber} could not be found.`);
      }
      if (index < parts.length - 1 && info.sizeBytes < MIN_PART_BYTES) {
        throw new S3Error(
          "EntityTooSmall",
          `Part ${partNumber} is smaller than ${MIN_PART_BYTES} bytes.`,
        );
      }
    }
  }

  async *#join(uploadId: string, parts: readonly CompletedPart[]): AsyncGenerator<Buffer> {
    for (const { partNumber } of parts) {
      const path = this.#partPath(uploadId, partNumber);
      const info = await readObjectInfoAt(path);
      const handle = await openObjectFile(path);
      if (info === null || handle === null) throw noSuchUpload();
      try {
        yield* readBytes(handle, 0, info.sizeBytes - 1);
      } finally {
        await handle.close();
      }
    }
  }

  async #require(uploadId: string, bucket: string, key: string): Promise<MultipartUpload> {
    const upload = await this.#read(uploadId);
    if (upload === null || upload.bucket !== bucket || upload.key !== key) throw noSuchUpload();
    return upload;
  }

  async #read(uploadId: string): Promise<MultipartUpload | null> {
    if (!UPLOAD_ID.test(uploadId)) return null;
    try {
      const text = await readFile(join(this.#folder, uploadId, "upload.json"), "utf8");
      return uploadSchema.parse(JSON.parse(text));
    } catch (error) {
      const { code, name } = error as NodeJS.ErrnoException;
      // Half-written by a kill in the middle of create().
      if (code === "ENOENT" || name === "SyntaxError" || name === "ZodError") return null;
      throw error;
    }
  }

  async #forget(uploadId: string): Promise<void> {
    await rm(join(this.#folder, uploadId), { recursive: true, force: true });
    await syncFolder(this.#folder);
  }

  #partPath(uploadId: string, partNumber: number): string {
    return join(this.#folder, uploadId, `part-${String(partNumber).padStart(5, "0")}`);
  }
}

function noSuchUpload(): S3Error {
  return new S3Error("NoSuchUpload", "The specified multipart upload does not exist.");
}
