import { z } from "zod";
import { sha256Schema, timestampSchema } from "./ids.ts";
import { modelLayoutSchema } from "./model-catalog.ts";

/** What a model version is: the signed part of its manifest. Canonical JSON knows no fractions. */
export const modelManifestSchema = z.strictObject({
  _type: z.literal("model"),
  name: z.string().min(1).max(100),
  /** SHA-256 of the ONNX file. */
  digest: sha256Schema,
  sizeBytes: z.int().min(1).max(536_870_912),
  layout: modelLayoutSchema,
  inputSize: z.int().min(32).max(4096).multipleOf(32),
  classNames: z.array(z.string().min(1).max(100)).min(1).max(10_000),
  licence: z.string().min(1).max(100),
  /** The model it was trained from, and on which dataset version; null for one of the catalog. */
  baseDigest: sha256Schema.nullable(),
  datasetId: sha256Schema.nullable(),
  /** SHA-256 of the figures on which it was approved, as the registry keeps them; null for one of the catalog. */
  evaluationDigest: sha256Schema.nullable(),
  approvedBy: z.string().min(1).max(200),
  signedAt: timestampSchema,
});
export type ModelManifest = z.infer<typeof modelManifestSchema>;
