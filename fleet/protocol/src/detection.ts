import { z } from "zod";
import { boxSchema } from "./box.ts";

/** One box in one frame. `classId` is the model's index; for COCO models 0 to 79. */
export const detectionSchema = z.object({
  classId: z.int().min(0).max(9999),
  className: z.string().min(1).max(100),
  score: z.number().min(0).max(1),
  box: boxSchema,
});
export type Detection = z.infer<typeof detectionSchema>;
