import { z } from "zod";

/** What people may set of a job; what is left out is the engine's default. */
export const jobSettingsSchema = z.strictObject({
  epochs: z.int().min(1).max(200).optional(),
  learningRate: z.number().positive().max(1).optional(),
});
