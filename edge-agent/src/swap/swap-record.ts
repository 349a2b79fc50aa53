import { catalogEntrySchema, modelLayoutSchema } from "@sentinel/protocol/model-catalog";
import { modelManifestSchema } from "@sentinel/protocol/model-manifest";
import { statementSchema } from "@sentinel/protocol/statement";
import { faultSchema, modelReportSchema, swapStateSchema } from "@sentinel/protocol/status";
import { z } from "zod";

const resolvedModelSchema = z.object({
  name: z.string(),
  path: z.string(),
  digest: z.string(),
  layout: modelLayoutSchema,
  inputSize: z.int(),
  classNames: z.array(z.string()).readonly(),
  licence: catalogEntrySchema.shape.licence,
});

/** Everything about the swap that outlives the process; see docs/architecture.md. */
export const swapRecordSchema = z.object({
  state: swapStateSchema,
  since: z.int(),
  /** Why it was rejected, or why fetching does not get on. */
  fault: faultSchema.nullable(),
  /** The statement that was taken last; its counter is the counter memory. */
  statement: statementSchema.nullable(),
  /** SHA-256 of that statement's canonical JSON. */
  contents: z.string().nullable(),
  /** The last offer whose manifest was good. */
  offer: z
    .object({ manifest: modelManifestSchema, url: z.string(), expiresAt: z.int() })
    .nullable(),
  /** On the disk before the model is loaded, until its trial is over. */
  trial: z
    .object({
      model: resolvedModelSchema,
      previous: resolvedModelSchema,
      /** Ends of the process that were not polite, with this model in it. */
      crashes: z.int(),
      /** False between a polite stop and the next start. */
      running: z.boolean(),
    })
    .nullable(),
  /** What a statement made active, and the next start begins with; null where none did. */
  active: resolvedModelSchema.nullable(),
  /** Ends of the process with the active model in it; null where nothing is held against it. */
  activeCrashes: z
    .object({
      digest: z.string(),
      /** The start of the machine in which the agent runs; null where the system does not tell. */
      bootId: z.string().nullable(),
      /** False between a polite stop and the next start. */
      running: z.boolean(),
      /** When ends that were not polite were found, ms, the oldest first. */
      at: z.array(z.int()),
    })
    .nullable()
    // Records of earlier versions have none.
    .default(null),
  /** Models that were good here, the next to go back to first, after the active one. */
  good: z.array(resolvedModelSchema),
  lastSwap: modelReportSchema.shape.lastSwap,
});
export type SwapRecord = z.infer<typeof swapRecordSchema>;

/** Before the first statement. */
export function emptyRecord(now: number): SwapRecord {
  return {
    state: "idle",
    since: now,
    fault: null,
    statement: null,
    contents: null,
    offer: null,
    trial: null,
    active: null,
    activeCrashes: null,
    good: [],
    lastSwap: null,
  };
}
