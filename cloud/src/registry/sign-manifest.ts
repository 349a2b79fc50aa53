import type { KeyObject } from "node:crypto";
import { type ModelManifest, modelManifestSchema } from "@sentinel/protocol/model-manifest";
import { type Envelope, signDocument } from "@sentinel/protocol/signed-document";
import type { ModelRow } from "./model-row.ts";

/** The signed manifest of a model version. */
export function signManifest(
  model: Pick<
    ModelRow,
    | "name"
    | "digest"
    | "sizeBytes"
    | "layout"
    | "inputSize"
    | "classNames"
    | "licence"
    | "baseDigest"
    | "datasetId"
  >,
  approval: { by: string; at: number; evaluationDigest: string | null },
  key: KeyObject,
): Envelope {
  const { name, digest, sizeBytes, layout, inputSize, classNames, baseDigest, datasetId } = model;
  const manifest: ModelManifest = modelManifestSchema.parse({
    _type: "model",
    name,
    digest,
    sizeBytes,
    layout,
    inputSize,
    classNames,
    licence: model.licence.id,
    baseDigest,
    datasetId,
    evaluationDigest: approval.evaluationDigest,
    approvedBy: approval.by,
    signedAt: approval.at,
  });
  return signDocument(manifest, key);
}
