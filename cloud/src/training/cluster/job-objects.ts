import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import type { BlobStore } from "../../blobs/blob-store.ts";
import type { CurvePoint } from "../../database/tables/training-tables.ts";
import { cloudError } from "../../errors.ts";
import { JOB_FILES } from "../jobs/job-files.ts";
import { putWhole } from "../jobs/job-folder.ts";
import { type Assignment, END_CODES, type JobKindName } from "../jobs/job-place.ts";
import { type PodOrder, type PodProgress, podProgressSchema } from "../pod/pod-order.ts";

const ORDER = "order.json";
const PROGRESS = "progress.json";
const FILES = [ORDER, PROGRESS, JOB_FILES.checkpoint, JOB_FILES.model, JOB_FILES.result];
const MAX_PROGRESS_BYTES = 4_000_000;
/** No model of ours is larger. */
const MAX_OUTPUT_BYTES = 536_870_912;

/** Where jobs read, and where their own objects lie; all of them sign addresses for pods. */
export interface ClusterStores {
  pictures: BlobStore;
  models: BlobStore;
  /** What goes between controller and pods, below `jobs/`. */
  jobs: BlobStore;
}

/** What lies in S3 of one job: its order, how far it is, its checkpoint and its results. */
export class JobObjects {
  readonly #stores: ClusterStores;
  readonly #prefix: string;

  constructor(stores: ClusterStores, kind: JobKindName, jobId: string) {
    this.#stores = stores;
    this.#prefix = `jobs/${kind}/${jobId}`;
  }

  /**
   * Writes what a pod is to do. @returns the address at which it is read, which holds for `seconds` and is good
   * for nothing once the job was forgotten.
   */
  async writeOrder(
    { task, reads, outputs }: Assignment,
    curve: readonly CurvePoint[],
    seconds: number,
  ): Promise<string> {
    const { jobs, pictures, models } = this.#stores;
    const get = (file: string) => jobs.presignGet(this.#key(file), seconds);
    const put = (file: string) => jobs.presignPut(this.#key(file), seconds);
    const order: PodOrder = {
      task: task as PodOrder["task"],
      reads: {
        pictures: await addressesOf(pictures, reads.pictures, seconds),
        models: await addressesOf(models, reads.models, seconds),
      },
      curve: [...curve],
      progress: await put(PROGRESS),
      checkpoint: { get: await get(JOB_FILES.checkpoint), put: await put(JOB_FILES.checkpoint) },
      outputs: await Promise.all(outputs.map(async (file) => ({ file, put: await put(file) }))),
    };
    await jobs.write(this.#key(ORDER), Buffer.from(JSON.stringify(order)), "application/json");
    return get(ORDER);
  }

  /** How far the pod says it is; null where it says nothing that is understood. */
  async readProgress(): Promise<PodProgress | null> {
    const bytes = await this.#read(PROGRESS, MAX_PROGRESS_BYTES);
    if (bytes === null) return null;
    try {
      return podProgressSchema.parse(JSON.parse(bytes.toString("utf8")));
    } catch {
      return null;
    }
  }

  /** Brings what the pod left into a folder; false where the last of it is not there. */
  async bring({ kind, outputs }: Assignment, folder: string): Promise<boolean> {
    for (const file of [...outputs].reverse()) {
      const bytes = await this.#read(file, MAX_OUTPUT_BYTES);
      if (bytes === null && file === outputs.at(-1)) return false;
      if (bytes === null) throw cloudError(END_CODES[kind].failed, `its Job left no ${file}`);
      await putWhole(join(folder, file), bytes);
    }
    return true;
  }

  async remove(): Promise<void> {
    for (const file of FILES) await this.#stores.jobs.remove(this.#key(file));
  }

  async #read(file: string, maxBytes: number): Promise<Buffer | null> {
    const blob = await this.#stores.jobs.read(this.#key(file));
    if (blob === null) return null;
    if (blob.sizeBytes <= maxBytes) return buffer(blob.stream);
    blob.stream.destroy();
    return null;
  }

  #key(file: string): string {
    return `${this.#prefix}/${file}`;
  }
}

async function addressesOf(
  store: BlobStore,
  keys: readonly string[],
  seconds: number,
): Promise<Record<string, string>> {
  const addresses: Record<string, string> = {};
  for (const key of keys) addresses[key] = await store.presignGet(key, seconds);
  return addresses;
}
