import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { toImportJpeg } from "@sentinel/cloud/dataset/import-jpeg";
import { cloudError } from "@sentinel/cloud/errors";
import type { connectCloud } from "../cli/cloud-client.ts";
import { type FolderPicture, type Format, readLabelledFolder } from "./read-labelled-folder.ts";

type Api = Pick<ReturnType<typeof connectCloud>["api"], "datasets">;

/** A request has its bounds: 64 KB, of which this is the pictures' part. */
const REQUEST_BYTES = 40_000;
const BATCH = 50;
const UPLOAD_MS = 60_000;

/** What to import, and as the pictures of which camera. */
export interface ImportWish {
  folder: string;
  format: Format;
  nodeId: string;
  cameraId: string;
}

/** What came of it. */
export interface ImportOutcome {
  pictures: number;
  boxes: number;
  imported: number;
  /** The same answer was there already. */
  unchanged: number;
  uploaded: number;
  unlabelled: number;
  lonely: number;
  twice: number;
}

/**
 * Imports the labels of a folder as annotations, and uploads its pictures. The folder is read whole
 * and checked before anything leaves this machine.
 */
export async function importFolder(
  api: Api,
  wish: ImportWish,
  onProgress: (done: number, of: number) => void = () => undefined,
): Promise<ImportOutcome> {
  const { folder, format, nodeId, cameraId } = wish;
  const { pictures, unlabelled, lonely, twice } = await readLabelledFolder(folder, format);
  const boxes = pictures.reduce((sum, picture) => sum + picture.boxes.length, 0);
  const outcome = { imported: 0, unchanged: 0, uploaded: 0 };
  let done = 0;
  for (const batch of inBatches(pictures)) {
    outcome.uploaded += await uploadBatch(api, wish, batch);
    const told = await api.datasets.import.mutate({
      nodeId,
      cameraId,
      pictures: batch.map(wireOf),
    });
    outcome.imported += told.imported;
    outcome.unchanged += told.unchanged;
    done += batch.length;
    onProgress(done, pictures.length);
  }
  return { pictures: pictures.length, boxes, ...outcome, unlabelled, lonely, twice };
}

function wireOf({ picture, size, boxes }: FolderPicture) {
  return { picture, size, boxes };
}

function inBatches(pictures: readonly FolderPicture[]): FolderPicture[][] {
  const batches: FolderPicture[][] = [];
  let bytes = REQUEST_BYTES;
  for (const picture of pictures) {
    const own = JSON.stringify(wireOf(picture)).length;
    const last = batches.at(-1);
    if (last === undefined || last.length >= BATCH || bytes + own > REQUEST_BYTES) {
      batches.push([picture]);
      bytes = own;
    } else {
      last.push(picture);
      bytes += own;
    }
  }
  return batches;
}

async function uploadBatch(
  api: Api,
  { folder, nodeId, cameraId }: ImportWish,
  batch: readonly FolderPicture[],
): Promise<number> {
  const names = batch.map(({ picture }) => picture);
  const offers = await api.datasets.uploads.mutate({ nodeId, cameraId, pictures: names });
  const wanted = offers.filter(({ url }) => url !== null);
  for (const { picture, url } of wanted) {
    const file = batch.find((one) => one.picture === picture)?.file ?? "";
    const read = await toImportJpeg(await readFile(join(folder, file)));
    if (read?.picture !== picture) {
      throw cloudError("IMPORT_PICTURE_INVALID", `${file}: it changed while it was imported`);
    }
    await put(url ?? "", read.jpeg, file);
  }
  return wanted.length;
}

async function put(url: string, jpeg: Buffer, file: string): Promise<void> {
  const body = new Uint8Array(jpeg);
  const signal = AbortSignal.timeout(UPLOAD_MS);
  const response = await fetch(url, { method: "PUT", body, signal }).catch((error: unknown) => {
    throw cloudError("BLOBS_UNREACHABLE", `${file} could not be uploaded`, error);
  });
  await response.body?.cancel();
  if (!response.ok) {
    throw cloudError("BLOBS_UNREACHABLE", `${file} could not be uploaded: ${response.status}`);
  }
}
