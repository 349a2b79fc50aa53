import { z } from "zod";
import { cameraIdSchema, nodeIdSchema, timestampSchema } from "./ids.ts";
import { envelopeSchema } from "./signed-document.ts";

/** A camera as people want it. `url` null keeps the address that the node's own file gives. */
export const desiredCameraSchema = z.object({
  cameraId: cameraIdSchema,
  name: z.string().min(1).max(100),
  url: z.string().min(1).max(2000).nullable(),
  enabled: z.boolean(),
  deleted: z.boolean(),
});
export type DesiredCamera = z.infer<typeof desiredCameraSchema>;

/** Topic `desired`, retained: the newest statement of the node's cohort, and its cameras. */
export const desiredSchema = z.object({
  nodeId: nodeIdSchema,
  at: timestampSchema,
  /** A signed statement (see `statement.ts`); null where Git names no model for this node. */
  statement: envelopeSchema.nullable(),
  /** The highest revision of the cameras below; 0 where people asked for none yet. */
  cameraRevision: z.int().min(0),
  cameras: z.array(desiredCameraSchema).max(1000),
});
export type Desired = z.infer<typeof desiredSchema>;
