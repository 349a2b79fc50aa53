import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { toCocoFolder } from "@sentinel/cloud/dataset/formats/coco";
import { toYoloFolder } from "@sentinel/cloud/dataset/formats/yolo";
import { cloudError } from "@sentinel/cloud/errors";
import type { connectCloud } from "../cli/cloud-client.ts";
import { localError } from "../errors.ts";
import type { Format } from "./read-labelled-folder.ts";

type Api = Pick<ReturnType<typeof connectCloud>["api"], "datasets">;

/** Names that go into one question; they stand in its address. */
const BATCH = 40;
const DOWNLOAD_MS = 60_000;

/** Writes a version with its pictures to a folder that is new or empty. */
export async function exportDataset(
  api: Api,
  { datasetId, format, out }: { datasetId: string; format: Format; out: string },
  onProgress: (done: number, of: number) => void = () => undefined,
): Promise<{ pictures: number; files: number }> {
  refuseUsed(out);
  const manifest = await api.datasets.manifest.query({ datasetId });
  const folder = format === "coco" ? toCocoFolder(manifest) : toYoloFolder(manifest);
  for (const { path, text } of folder.files) write(join(out, path), text);
  const paths = new Map(folder.pictures.map(({ path, picture }) => [picture, path]));
  const names = [...paths.keys()];
  for (let at = 0; at < names.length; at += BATCH) {
    const batch = names.slice(at, at + BATCH);
    const links = await api.datasets.links.query({ datasetId, pictures: batch });
    for (const { picture, url } of links) {
      write(join(out, paths.get(picture) ?? picture), await download(url, picture));
    }
    onProgress(Math.min(at + BATCH, names.length), names.length);
  }
  return { pictures: names.length, files: folder.files.length };
}

function refuseUsed(out: string): void {
  let names: string[];
  try {
    names = readdirSync(out);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw localError("INPUT_INVALID", `${out}: it cannot be written to`, error);
  }
  if (names.length > 0) throw localError("INPUT_INVALID", `${out}: the folder is not empty`);
}

function write(path: string, contents: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
}

async function download(url: string, picture: string): Promise<Uint8Array> {
  const signal = AbortSignal.timeout(DOWNLOAD_MS);
  const response = await fetch(url, { signal }).catch((error: unknown) => {
    throw cloudError("BLOBS_UNREACHABLE", `picture ${picture} could not be read`, error);
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const found = createHash("sha256").update(bytes).digest("hex");
  if (response.ok && found === picture) return bytes;
  const message = `1 picture is not in the store, or is another one: ${picture}`;
  throw cloudError("DATASET_PICTURES_GONE", message);
}
