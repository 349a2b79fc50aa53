import { z } from "zod";
import { cameraIdSchema, epochSchema, nodeIdSchema, sha256Schema, timestampSchema } from "./ids.ts";

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
  }),
  z.object({ online: z.literal(false), nodeId: nodeIdSchema, at: timestampSchema }),
]);
export type Status = z.infer<typeof statusSchema>;
export type OnlineStatus = Extract<Status, { online: true }>;
