import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type ObjectInfo, readObjectInfoAt } from "./object-file.ts";

/** The part of an object's description that lists show. */
export type ListedObject = Pick<ObjectInfo, "key" | "sizeBytes" | "etag" | "modifiedAt">;

/**
 * A bucket's keys in S3's order (by their UTF-8 bytes). It is read from the disk when somebody first
 * asks for a list, and kept up to date from then on.
 */
export class ObjectIndex {
  readonly #folder: string;
  #loading: Promise<void> | null = null;
  #entries: ListedObject[] = [];

  /** @param folder of the bucket: one folder of object files per first byte of the key's hash. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** All objects, in order. Not to be changed. */
  async entries(): Promise<readonly ListedObject[]> {
    this.#loading ??= this.#load();
    await this.#loading;
    return this.#entries;
  }

  /** To be called after an object was stored. */
  async noteStored({ key, sizeBytes, etag, modifiedAt }: ObjectInfo): Promise<void> {
    if (this.#loading === null) return;
    await this.#loading;
    const at = firstNotBefore(this.#entries, key);
    const replaced = this.#entries[at]?.key === key ? 1 : 0;
    this.#entries.splice(at, replaced, { key, sizeBytes, etag, modifiedAt });
  }

  /** To be called after an object was removed. */
  async noteRemoved(key: string): Promise<void> {
    if (this.#loading === null) return;
    await this.#loading;
    const at = firstNotBefore(this.#entries, key);
    if (this.#entries[at]?.key === key) this.#entries.splice(at, 1);
  }

  async #load(): Promise<void> {
    const entries: ListedObject[] = [];
    for (const shard of await readdir(this.#folder)) {
      for (const file of await readdir(join(this.#folder, shard))) {
        const info = await readObjectInfoAt(join(this.#folder, shard, file));
        if (info === null) continue;
        const { key, sizeBytes, etag, modifiedAt } = info;
        entries.push({ key, sizeBytes, etag, modifiedAt });
      }
    }
    this.#entries = entries.sort((left, right) => compareKeys(left.key, right.key));
  }
}

/** S3's order of keys: by UTF-8 bytes, which differs from JavaScript's beyond the basic plane. */
export function compareKeys(left: string, right: string): number {
  return left === right ? 0 : Buffer.compare(Buffer.from(left), Buffer.from(right));
}

/** Place of the first entry whose key is not before this one. */
export function firstNotBefore(entries: readonly { key: string }[], key: string): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKeys(entries[middle]?.key ?? "", key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
