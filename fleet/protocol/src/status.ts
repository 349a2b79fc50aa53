import { z } from "zod";
import { cameraIdSchema, epochSchema, nodeIdSchema, sha256Schema, timestampSchema } from "./ids.ts";
import { labelsSchema } from "./statement.ts";

/** Where a camera stands: `connecting` before its first frame, `down` between retries. */
export const cameraStateSchema = z.enum(["connecting", "live", "down"]);

/** What a person is told about a fault: a code of `docs/errors.md` and one sentence. */
export const faultSchema = z.object({
  code: z.string().min(1).max(64),
  message: z.string().min(1).max(500),
});
export type Fault = z.infer<typeof faultSchema>;

/** One camera as its node reports it. URLs stay at the edge: they hold passwords. */
export const reportedCameraSchema = z.object({
  cameraId: cameraIdSchema,
  name: z.string().min(1).max(100),
  state: cameraStateSchema,
  /** Since when it is in this state. */
  since: timestampSchema,
  fault: faultSchema.nullable(),
  /** When it will be tried again, while down. */
  nextAttemptAt: timestampSchema.nullable(),
  width: z.int().min(1).max(16_384).nullable(),
  height: z.int().min(1).max(16_384).nullable(),
});
export type ReportedCamera = z.infer<typeof reportedCameraSchema>;

/** The model that a node runs. `fault` says why a wanted model was refused while this one kept running. */
export const reportedModelSchema = z.object({
  name: z.string().min(1).max(100),
  digest: sha256Schema,
  licence: z.string().min(1).max(100),
  inputSize: z.int().min(32).max(4096),
  classNames: z.array(z.string().min(1).max(100)).min(1).max(10_000),
  fault: faultSchema.nullable(),
});
export type ReportedModel = z.infer<typeof reportedModelSchema>;

/** States of the model swap, in their order; see docs/architecture.md. */
export const swapStateSchema = z.enum([
  "idle",
  "fetching",
  "verified",
  "staged",
  "warmed",
  "trial",
  "active",
  "rejected",
]);
export type SwapState = z.infer<typeof swapStateSchema>;

/** How a node stands to the newest statement that it took in, or refused. */
export const modelReportSchema = z.object({
  state: swapStateSchema,
  since: timestampSchema,
  /** Of the statement; null before the first one. */
  counter: z.int().min(0).nullable(),
  cohort: z.string().max(129).nullable(),
  /** The model it speaks of; null before the first one. */
  digest: sha256Schema.nullable(),
  commit: z.string().max(64).nullable(),
  /** Bytes fetched of that model, while fetching. */
  fetchedBytes: z.int().min(0).nullable(),
  /** Why it was rejected: a code of `docs/errors.md`. */
  fault: faultSchema.nullable(),
  /** Set where the last statement has expired: the node runs on and takes nothing unsigned. */
  staleSince: timestampSchema.nullable(),
  /** The last swap that was carried out. */
  lastSwap: z
    .object({
      at: timestampSchema,
      from: sha256Schema,
      to: sha256Schema,
      /** Between the last frame of the old model and the first of the new one. */
      gapMs: z.number().min(0),
      framesDropped: z.int().min(0),
    })
    .nullable(),
});
export type ModelReport = z.infer<typeof modelReportSchema>;

/** Which camera settings of people a node took in, and those it refused, in its own words. */
export const cameraReportSchema = z.object({
  revision: z.int().min(0),
  refused: z.array(z.object({ cameraId: cameraIdSchema, fault: faultSchema })).max(1000),
});
export type CameraReport = z.infer<typeof cameraReportSchema>;

/** Topic `status`, retained: birth certificate, every change, and the last will. */
export const statusSchema = z.discriminatedUnion("online", [
  z.object({
    online: z.literal(true),
    nodeId: nodeIdSchema,
    at: timestampSchema,
    agentVersion: z.string().min(1).max(50),
    startedAt: timestampSchema,
    epoch: epochSchema,
    /** Highest sequence number written so far in this epoch; 0 where none. */
    lastSeq: z.int().min(0),
    model: reportedModelSchema.nullable(),
    cameras: z.array(reportedCameraSchema).max(1000),
    labels: labelsSchema.default({}),
    modelReport: modelReportSchema.nullable().default(null),
    cameraReport: cameraReportSchema.nullable().default(null),
  }),
  z.object({ online: z.literal(false), nodeId: nodeIdSchema, at: timestampSchema }),
]);
export type Status = z.infer<typeof statusSchema>;
export type OnlineStatus = Extract<Status, { online: true }>;
