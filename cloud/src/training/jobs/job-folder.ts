import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BlobStore } from "../../blobs/blob-store.ts";
import { cloudError } from "../../errors.ts";
import { readSnapshot } from "../../snapshots/read-snapshot.ts";
import { JOB_FILES, type JobInput, type JobPicture } from "./job-files.ts";

/** Pictures that are fetched at once. */
const PARALLEL = 8;
/** A model's file that is larger is none of ours. */
const MAX_MODEL_BYTES = 500_000_000;
const NAMED_PICTURES = 5;

/** Where pictures and models are read from. */
export interface JobStores {
  pictures: Pick<BlobStore, "read">;
  models: Pick<BlobStore, "read">;
}

/** Where the file of a base model lies. */
export function baseKey(digest: string): string {
  return `models/${digest}.onnx`;
}

/**
 * Fills a job's folder: what lies there already and is right, from an earlier attempt, stays.
 * @throws CodedError TRAINING_PICTURES_GONE, TRAINING_BASE_UNUSABLE, BLOBS_UNREACHABLE.
 */
export async function fillJobFolder(options: {
  folder: string;
  input: JobInput;
  stores: JobStores;
  signal: AbortSignal;
  onPicture: (done: number, of: number) => void;
}): Promise<void> {
  const { folder, input, stores, signal, onPicture } = options;
  const { pictures } = input;
  await mkdir(folder, { recursive: true });
  await fetchBase(folder, input.baseDigest, stores.models);
  const gone = await fetchPictures({ folder, pictures, store: stores.pictures, signal, onPicture });
  if (gone.length > 0) {
    throw cloudError("TRAINING_PICTURES_GONE", goneWords(gone, pictures.length));
  }
  await putWhole(join(folder, JOB_FILES.input), Buffer.from(JSON.stringify(input)));
}

async function fetchBase(
  folder: string,
  digest: string,
  models: Pick<BlobStore, "read">,
): Promise<void> {
  const path = join(folder, JOB_FILES.base);
  if (await isThere(path, digest)) return;
  const blob = await models.read(baseKey(digest));
  if (blob === null) {
    throw cloudError("TRAINING_BASE_UNUSABLE", `the file of model ${digest} is not in the store`);
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of blob.stream) {
    size += (chunk as Buffer).length;
    if (size > MAX_MODEL_BYTES) break;
    chunks.push(chunk as Buffer);
  }
  const bytes = Buffer.concat(chunks);
  if (digestOf(bytes) !== digest) {
    const message = `the file of model ${digest} in the store is another one`;
    throw cloudError("TRAINING_BASE_UNUSABLE", message);
  }
  await putWhole(path, bytes);
}

/**
 * Brings pictures into a job's folder; those that lie there already and are right stay.
 * @returns the names of those that are not in the store, or are other ones.
 * @throws CodedError BLOBS_UNREACHABLE.
 */
export async function fetchPictures(options: {
  folder: string;
  pictures: readonly Pick<JobPicture, "nodeId" | "picture">[];
  store: Pick<BlobStore, "read">;
  signal: AbortSignal;
  onPicture: (done: number, of: number) => void;
}): Promise<string[]> {
  const { folder, pictures, store, signal, onPicture } = options;
  await mkdir(join(folder, JOB_FILES.pictures), { recursive: true });
  const waiting = [...pictures];
  const gone: string[] = [];
  let done = 0;
  const work = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      signal.throwIfAborted();
      if (!(await fetchPicture(folder, next, store))) gone.push(next.picture);
      done += 1;
      onPicture(done, pictures.length);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return gone.sort();
}

/** Which pictures are gone, in words. */
export function goneWords(gone: readonly string[], of: number): string {
  const named = gone.slice(0, NAMED_PICTURES).join(", ");
  const more = gone.length > NAMED_PICTURES ? ` and ${gone.length - NAMED_PICTURES} more` : "";
  return `${gone.length} of ${of} pictures are not in the store, or are other ones: ${named}${more}`;
}

async function fetchPicture(
  folder: string,
  { nodeId, picture }: Pick<JobPicture, "nodeId" | "picture">,
  store: Pick<BlobStore, "read">,
): Promise<boolean> {
  const path = join(folder, JOB_FILES.pictures, `${picture}.jpg`);
  if (await isThere(path, picture)) return true;
  const read = await readSnapshot(store, nodeId, picture);
  if (read.verdict !== "genuine") return false;
  await putWhole(path, read.picture);
  return true;
}

async function isThere(path: string, digest: string): Promise<boolean> {
  const bytes = await readFile(path).catch(() => null);
  return bytes !== null && digestOf(bytes) === digest;
}

/**
 * Writes a file of a job's folder: whole or not at all, also where an earlier process of the job still
 * writes; each writes to a file of its own.
 */
export async function putWhole(path: string, bytes: Uint8Array): Promise<void> {
  const part = `${path}.${process.pid}.part`;
  await writeFile(part, bytes, { flush: true });
  await rename(part, path);
}

/** The SHA-256 of some bytes, in hexadecimal. */
export function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Removes a job's folder, where there is one. */
export async function removeJobFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}
