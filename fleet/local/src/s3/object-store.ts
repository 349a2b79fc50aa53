import { createHash, randomUUID } from "node:crypto";
import { constants } from "node:fs";
import {
  access,
  type FileHandle,
  mkdir,
  readdir,
  rename,
  rm,
  stat,
  unlink,
} from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../disk/make-folder.ts";
import { syncFolder } from "../disk/sync-folder.ts";
import {
  type ObjectInfo,
  openObjectFile,
  readObjectInfo,
  type WrittenBytes,
  writeObjectFile,
} from "./object-file.ts";
import { ObjectIndex } from "./object-index.ts";
import { type ListPage, type ListQuery, listPage } from "./object-list.ts";
import { isBucketName } from "./request-head.ts";
import { S3Error } from "./s3-error.ts";

/** What a client says of an object that it stores. */
export interface NewObject {
  key: string;
  headers: Readonly<Record<string, string>>;
}

/** An object opened for reading; whoever gets it closes the handle. It stays as it is even when it is replaced. */
export interface OpenObject {
  info: ObjectInfo;
  handle: FileHandle;
}

/**
 * Objects on the disk. A key never becomes a path: its SHA-256 does. An object is written beside its
 * place, made durable and renamed, so that readers and crashes see the old or the new one, whole.
 */
export class ObjectStore {
  readonly #bucketsFolder: string;
  readonly #tempFolder: string;
  readonly #indexes = new Map<string, ObjectIndex>();

  constructor(dataDir: string) {
    this.#bucketsFolder = join(dataDir, "buckets");
    this.#tempFolder = join(dataDir, "tmp");
  }

  /** Makes the folders and throws away what a killed predecessor was writing. */
  async start(buckets: readonly string[]): Promise<void> {
    makeFolder(this.#bucketsFolder, 0o700);
    await rm(this.#tempFolder, { recursive: true, force: true });
    makeFolder(this.#tempFolder, 0o700);
    await access(this.#bucketsFolder, constants.W_OK);
    for (const name of await readdir(this.#bucketsFolder)) this.#addIndex(name);
    for (const bucket of buckets) if (!this.hasBucket(bucket)) await this.createBucket(bucket);
  }

  hasBucket(bucket: string): boolean {
    return this.#indexes.has(bucket);
  }

  /** Names and times of making, in order. */
  async listBuckets(): Promise<{ name: string; createdAt: number }[]> {
    const names = [...this.#indexes.keys()].sort();
    return Promise.all(
      names.map(async (name) => {
        const { birthtimeMs } = await stat(this.#bucketFolder(name));
        return { name, createdAt: Math.round(birthtimeMs) };
      }),
    );
  }

  async createBucket(bucket: string): Promise<void> {
    if (!isBucketName(bucket)) {
      throw new S3Error("InvalidBucketName", `The bucket name ${bucket} is not valid.`);
    }
    await mkdir(this.#bucketFolder(bucket), { mode: 0o700, recursive: true });
    await syncFolder(this.#bucketsFolder);
    this.#addIndex(bucket);
  }

  /** Path of a new file on the disk of the objects; what is left there is thrown away at the next start. */
  tempPath(): string {
    return join(this.#tempFolder, randomUUID());
  }

  /**
   * Stores an object whole or, where `pieces` or the disk fail, not at all.
   * @param etagOf tells the ETag where it is not the MD5 of the bytes.
   */
  async put(
    bucket: string,
    object: NewObject,
    pieces: AsyncIterable<Buffer>,
    etagOf: (written: WrittenBytes) => string = ({ md5 }) => md5,
  ): Promise<ObjectInfo> {
    const index = this.#index(bucket);
    const temp = this.tempPath();
    try {
      const info = await writeObjectFile(temp, pieces, (written) => ({
        key: object.key,
        sizeBytes: written.sizeBytes,
        etag: etagOf(written),
        modifiedAt: Date.now(),
        headers: { ...object.headers },
      }));
      await this.#place(temp, bucket, object.key);
      await index.noteStored(info);
      return info;
    } catch (error) {
      await rm(temp, { force: true });
      throw error;
    }
  }

  /** @throws S3Error NoSuchKey. */
  async open(bucket: string, key: string): Promise<OpenObject> {
    this.#index(bucket);
    const handle = await openObjectFile(this.#path(bucket, key));
    if (handle === null) throw new S3Error("NoSuchKey", "The specified key does not exist.");
    try {
      return { info: await readObjectInfo(handle), handle };
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Removes an object; one that is not there is no fault. */
  async remove(bucket: string, key: string): Promise<void> {
    const index = this.#index(bucket);
    const path = this.#path(bucket, key);
    try {
      await unlink(path);
      await syncFolder(join(path, ".."));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
    await index.noteRemoved(key);
  }

  async list(bucket: string, query: ListQuery): Promise<ListPage> {
    return listPage(await this.#index(bucket).entries(), query);
  }

  async #place(temp: string, bucket: string, key: string): Promise<void> {
    const path = this.#path(bucket, key);
    const folder = join(path, "..");
    const made = await mkdir(folder, { mode: 0o700, recursive: true });
    await rename(temp, path);
    await syncFolder(folder);
    if (made !== undefined) await syncFolder(this.#bucketFolder(bucket));
  }

  #path(bucket: string, key: string): string {
    const hash = createHash("sha256").update(key).digest("hex");
    return join(this.#bucketFolder(bucket), hash.slice(0, 2), hash);
  }

  #bucketFolder(bucket: string): string {
    return join(this.#bucketsFolder, bucket);
  }

  #addIndex(bucket: string): void {
    this.#indexes.set(bucket, new ObjectIndex(this.#bucketFolder(bucket)));
  }

  #index(bucket: string): ObjectIndex {
    const index = this.#indexes.get(bucket);
    if (index === undefined) {
      throw new S3Error("NoSuchBucket", "The specified bucket does not exist.");
    }
    return index;
  }
}
