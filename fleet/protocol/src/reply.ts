import { z } from "zod";
import { faultSchema } from "./status.ts";

/** Topic `replies`: the answer to the command with the same id. `fault` is null where it was done. */
export const replySchema = z.object({
  id: z.uuid(),
  type: z.enum(["watch", "upload-snapshot", "offer-model", "probe-camera"]),
  fault: faultSchema.nullable(),
  /** What `probe-camera` found: the stream's picture size in pixels and its codec's name. */
  probe: z
    .object({
      width: z.int().min(1).max(16_384),
      height: z.int().min(1).max(16_384),
      codec: z.string().max(40),
      fps: z.number().min(0).max(1000).nullable(),
    })
    .nullable()
    .default(null),
});
export type Reply = z.infer<typeof replySchema>;
