import { readFile } from "node:fs/promises";
import { type ModelCatalog, modelCatalogSchema } from "@sentinel/protocol/model-catalog";
import { parseDocument } from "yaml";
import { edgeError } from "../errors.ts";

/** A catalog is a page of text; anything larger is another file. */
const MAX_CATALOG_BYTES = 1 << 20;

/**
 * Reads and checks the model catalog.
 *
 * @throws MODEL_CATALOG_INVALID with every fault in one message: file, key, what is accepted.
 */
export async function loadCatalog(path: string): Promise<ModelCatalog> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw edgeError("MODEL_CATALOG_INVALID", `${path}: cannot be read: ${messageOf(error)}`, error);
  }
  if (text.length > MAX_CATALOG_BYTES) {
    throw edgeError("MODEL_CATALOG_INVALID", `${path}: is larger than 1 MiB`);
  }
  const document = parseDocument(text, { prettyErrors: true });
  if (document.errors.length > 0) {
    const faults = document.errors.map((error) => error.message.split("\n")[0]);
    throw edgeError("MODEL_CATALOG_INVALID", `${path}: is not YAML: ${faults.join("; ")}`);
  }
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw edgeError("MODEL_CATALOG_INVALID", `${path}: ${messageOf(error)}`, error);
  }
  const result = modelCatalogSchema.safeParse(content);
  const faults = result.success
    ? faultsBetweenKeys(result.data)
    : result.error.issues.map((issue) => `${issue.path.join(".") || "(file)"}: ${issue.message}`);
  if (!result.success || faults.length > 0) {
    throw edgeError("MODEL_CATALOG_INVALID", `${path}: ${faults.join("; ")}`);
  }
  return result.data;
}

/** What one key alone cannot tell. */
function faultsBetweenKeys(catalog: ModelCatalog): string[] {
  const names = Object.keys(catalog.models);
  const faults = names.includes(catalog.default)
    ? []
    : [`default: ${catalog.default} is not one of ${names.join(", ")}`];
  for (const [name, entry] of Object.entries(catalog.models)) {
    const isPackage = entry.source.startsWith("npm:");
    if (isPackage && !/^npm:(@[^/@]+\/)?[^/@]+@[^/@]+\/.+$/.test(entry.source)) {
      faults.push(`models.${name}.source: is not npm:NAME@VERSION/PATH/IN/PACKAGE`);
    }
    if (entry.format === "tfjs-graph" && entry.onnxSha256 === undefined) {
      faults.push(`models.${name}.onnxSha256: is needed where the source is converted`);
    }
    if (isPackage !== (entry.format === "tfjs-graph")) {
      faults.push(`models.${name}.format: npm: sources are tfjs-graph, all others are onnx`);
    }
    if (entry.format === "tfjs-graph" && entry.layout !== "yolov5") {
      faults.push(`models.${name}.layout: only yolov5 can be converted`);
    }
  }
  return faults;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
