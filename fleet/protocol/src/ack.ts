import { z } from "zod";
import { epochSchema } from "./ids.ts";

/**
 * Topic `acks`: every row of `epoch` up to and including `committedSeq` is committed in Postgres;
 * 0 means none yet. The same message answers a gap: the edge sends again from `committedSeq + 1`.
 */
export const ackSchema = z.object({
  epoch: epochSchema,
  committedSeq: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
});
export type Ack = z.infer<typeof ackSchema>;
