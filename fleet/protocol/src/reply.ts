import { z } from "zod";
import { faultSchema } from "./status.ts";

/** Topic `replies`: the answer to the command with the same id. `fault` is null where it was done. */
export const replySchema = z.object({
  id: z.uuid(),
  type: z.enum(["watch", "upload-snapshot"]),
  fault: faultSchema.nullable(),
});
export type Reply = z.infer<typeof replySchema>;
