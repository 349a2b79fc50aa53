import {
  cameraIdSchema,
  nodeIdSchema,
  sha256Schema,
  timestampSchema,
} from "@sentinel/protocol/ids";
import { z } from "zod";
import { personText } from "./text-input.ts";

/** Which camera is meant. */
export const cameraKeySchema = z.object({ nodeId: nodeIdSchema, cameraId: cameraIdSchema });

const score = z.number().min(0).max(1);

/** Narrows the event log; an empty list does not narrow. */
export const eventFilterSchema = z.object({
  cameras: z.array(cameraKeySchema).max(500).optional(),
  classes: z.array(personText(100)).max(200).optional(),
  models: z.array(sha256Schema).max(50).optional(),
  from: timestampSchema.optional(),
  to: timestampSchema.optional(),
  minScore: score.optional(),
  maxScore: score.optional(),
  state: z.enum(["open", "ended"]).optional(),
});
