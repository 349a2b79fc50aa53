import { z } from "zod";
import { detectionSchema } from "./detection.ts";
import { cameraIdSchema, timestampSchema } from "./ids.ts";

/** Topic `preview/{cameraId}`, QoS 0: the very frame that the model saw, with exactly its boxes. */
export const previewSchema = z.object({
  cameraId: cameraIdSchema,
  /** Counts the camera's frames since the agent started. */
  frameNumber: z.int().min(0),
  capturedAt: timestampSchema,
  width: z.int().min(1).max(8192),
  height: z.int().min(1).max(8192),
  jpegBase64: z.string().min(1).max(2_000_000),
  detections: z.array(detectionSchema).max(1000),
});
export type Preview = z.infer<typeof previewSchema>;
