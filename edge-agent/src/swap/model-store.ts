import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { edgeError } from "../errors.ts";
import { sha256OfFile } from "../model/file-digest.ts";

/**
 * Files of models that came by statements: `DIGEST.part` while it is fetched, `DIGEST.onnx` once it
 * is whole, `DIGEST.etag` beside a part.
 */
export class ModelStore {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  pathOf(digest: string): string {
    return join(this.#dir, `${digest}.onnx`);
  }

  partOf(digest: string): string {
    return join(this.#dir, `${digest}.part`);
  }

  etagOf(digest: string): string {
    return join(this.#dir, `${digest}.etag`);
  }

  /** @throws MODEL_DISK_FULL, MODEL_CACHE_UNWRITABLE */
  async make(): Promise<void> {
    await this.#disk(mkdir(this.#dir, { recursive: true, mode: 0o700 }));
  }

  /**
   * Checks what was fetched.
   *
   * @throws MODEL_HASH_MISMATCH and the part is gone, MODEL_CACHE_UNWRITABLE
   */
  async verify(digest: string): Promise<void> {
    const actual = await this.#disk(sha256OfFile(this.partOf(digest)));
    if (actual === digest) return;
    await this.dropPart(digest);
    throw edgeError(
      "MODEL_HASH_MISMATCH",
      `what was fetched has SHA-256 ${actual}, the manifest says ${digest}`,
    );
  }

  /**
   * Puts a verified part in its place; after a power cut it is there whole or not at all.
   *
   * @throws MODEL_DISK_FULL, MODEL_CACHE_UNWRITABLE
   */
  async stage(digest: string): Promise<void> {
    await this.#disk(sync(this.partOf(digest)));
    await this.#disk(rename(this.partOf(digest), this.pathOf(digest)));
    await this.#disk(sync(this.#dir));
    await this.#disk(rm(this.etagOf(digest), { force: true }));
  }

  /** @throws MODEL_CACHE_UNWRITABLE */
  async dropPart(digest: string): Promise<void> {
    await this.#disk(rm(this.partOf(digest), { force: true }));
    await this.#disk(rm(this.etagOf(digest), { force: true }));
  }

  /** Deletes every file of a model that is not needed. @throws MODEL_CACHE_UNWRITABLE */
  async tidy(isNeeded: (digest: string) => boolean): Promise<void> {
    for (const name of await readdir(this.#dir).catch(() => [])) {
      const [, digest] = /^([0-9a-f]{64})\.(?:onnx|part|etag)$/.exec(name) ?? [];
      if (digest !== undefined && !isNeeded(digest)) {
        await this.#disk(rm(join(this.#dir, name), { force: true }));
      }
    }
  }

  async #disk<T>(work: Promise<T>): Promise<T> {
    return await work.catch((error: unknown) => {
      throw diskFault(error, this.#dir);
    });
  }
}

/** True where the file is there with these very contents. */
export async function isWhole(path: string, digest: string): Promise<boolean> {
  return await sha256OfFile(path).then(
    (actual) => actual === digest,
    () => false,
  );
}

/** Names what the file system threw while a model was written. */
export function diskFault(error: unknown, path: string): Error {
  const code = (error as NodeJS.ErrnoException).code;
  const why = error instanceof Error ? error.message : String(error);
  if (code === "ENOSPC" || code === "EDQUOT") {
    return edgeError("MODEL_DISK_FULL", `${path}: ${why}`, error);
  }
  return edgeError("MODEL_CACHE_UNWRITABLE", `${path}: ${why}`, error);
}

async function sync(path: string): Promise<void> {
  const file = await open(path, "r");
  await file.sync().finally(() => file.close());
}
