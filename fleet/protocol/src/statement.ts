import { z } from "zod";
import { sha256Schema, slugSchema, timestampSchema } from "./ids.ts";

/** Labels of a node, or those that a cohort asks for. */
export const labelsSchema = z
  .record(slugSchema, slugSchema)
  .refine((labels) => Object.keys(labels).length <= 32, "at most 32 labels");
export type Labels = z.infer<typeof labelsSchema>;

/**
 * What the nodes of one cohort should run: the signed part. A node takes it where its labels are
 * among the cohort's, the counter is above the last one it took, and it has not expired. Going back
 * is a new statement with a higher counter that names an older model and the reason.
 */
export const statementSchema = z.strictObject({
  _type: z.literal("statement"),
  counter: z.int().min(1).max(Number.MAX_SAFE_INTEGER),
  /** Name of the cohort, for example `stable.canary`. */
  cohort: z.string().regex(/^[a-z0-9.-]{1,129}$/),
  /** A node belongs to it where it has all of these labels, and none of `exceptLabels` sets whole. */
  labels: labelsSchema,
  exceptLabels: z.array(labelsSchema).max(16),
  channel: slugSchema,
  /** SHA-256 of the ONNX file to run. */
  digest: sha256Schema,
  commit: z.string().regex(/^[0-9a-f]{40,64}$/),
  reason: z.string().min(1).max(500),
  issuedAt: timestampSchema,
  expiresAt: timestampSchema,
  /** Models that must not run, whoever asks. */
  revoked: z.array(sha256Schema).max(1000),
});
export type Statement = z.infer<typeof statementSchema>;

/** True where a node with these labels belongs to the statement's cohort. */
export function isInCohort(
  cohort: Pick<Statement, "labels" | "exceptLabels">,
  nodeLabels: Labels,
): boolean {
  const hasAll = (wanted: Labels) =>
    Object.entries(wanted).every(([name, value]) => nodeLabels[name] === value);
  return hasAll(cohort.labels) && !cohort.exceptLabels.some(hasAll);
}
