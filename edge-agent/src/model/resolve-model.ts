import { basename, dirname, resolve } from "node:path";
import type { CatalogEntry } from "@sentinel/protocol/model-catalog";
import { COCO_CLASS_NAMES } from "@sentinel/protocol/model-io/coco-class-names";
import { probeModel } from "../detect/model-probe.ts";
import { edgeError } from "../errors.ts";
import { loadCatalog } from "./catalog.ts";
import { fetchModel, type S3Resolver } from "./fetch-model.ts";
import { sha256OfFile } from "./file-digest.ts";
import { ModelCache } from "./model-cache.ts";
import type { OnModelProgress } from "./model-progress.ts";
import { checkOnnxFile } from "./onnx-file.ts";
import type { ResolvedModel } from "./resolved-model.ts";

/** What `resolveModel` needs to know. */
export interface ResolveModelOptions {
  /** A name in the catalog, or the path of an .onnx file. */
  readonly nameOrFile: string;
  readonly catalogPath: string;
  /** Where fetched and converted models are kept; made where it does not exist. */
  readonly cacheDir: string;
  readonly onProgress?: OnModelProgress;
  /** Makes an address for an `s3://` source. */
  readonly s3?: S3Resolver;
}

/** SPDX's word for a licence about which nothing is said. */
const UNKNOWN_LICENCE = {
  id: "NOASSERTION",
  note: "A model file of your own: Sentinel does not know its licence.",
  url: "https://spdx.github.io/spdx-spec/v3.0.1/model/Core/Individuals/NoAssertionElement/",
} as const;

/**
 * Finds a model and brings it to this machine's disk, verified: fetched, converted and cached where
 * the catalog says so; a file of the user's own is tried once to learn its layout from its shapes.
 *
 * @throws the codes that begin with MODEL_
 */
export async function resolveModel(options: ResolveModelOptions): Promise<ResolvedModel> {
  const { nameOrFile } = options;
  if (nameOrFile.endsWith(".onnx")) return await resolveFile(resolve(nameOrFile));
  const catalog = await loadCatalog(options.catalogPath);
  const entry = Object.hasOwn(catalog.models, nameOrFile) ? catalog.models[nameOrFile] : undefined;
  if (entry === undefined) {
    const names = Object.keys(catalog.models).join(", ");
    throw edgeError(
      "MODEL_UNKNOWN",
      `there is no model ${nameOrFile}; use ${names} or an .onnx file`,
    );
  }
  return await resolveEntry(nameOrFile, entry, options);
}

async function resolveEntry(
  name: string,
  entry: CatalogEntry,
  options: ResolveModelOptions,
): Promise<ResolvedModel> {
  const digest = entry.onnxSha256 ?? entry.sha256;
  const described = {
    name,
    digest,
    layout: entry.layout,
    inputSize: entry.inputSize,
    classNames: entry.classes === "coco" ? COCO_CLASS_NAMES : entry.classes,
    licence: entry.licence,
  };
  if (entry.source.startsWith("file:")) {
    const path = resolve(dirname(options.catalogPath), entry.source.slice("file:".length));
    await checkOnnxFile(path);
    const actual = await sha256OfFile(path);
    if (actual !== digest) {
      throw edgeError("MODEL_HASH_MISMATCH", `${path}: SHA-256 is ${actual}, pinned is ${digest}`);
    }
    return { ...described, path };
  }
  const cache = new ModelCache(resolve(options.cacheDir));
  const path =
    (await cache.find(digest)) ??
    (await cache.store(digest, (temporary) => fetchModel(name, entry, temporary, options)));
  return { ...described, path };
}

async function resolveFile(path: string): Promise<ResolvedModel> {
  await checkOnnxFile(path);
  const probed = await probeModel(path);
  const { digest, layout, inputSize, classCount } = probed;
  return {
    name: basename(path, ".onnx"),
    path,
    digest,
    layout,
    inputSize,
    classNames:
      classCount === COCO_CLASS_NAMES.length
        ? COCO_CLASS_NAMES
        : Array.from({ length: classCount }, (_, classId) => `class-${classId}`),
    licence: UNKNOWN_LICENCE,
  };
}
