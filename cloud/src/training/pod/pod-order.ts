import { z } from "zod";
import { evaluationInputSchema } from "../../evaluation/jobs/evaluation-files.ts";
import { curvePointSchema, jobInputSchema } from "../jobs/job-files.ts";

const address = z.url({ protocol: /^https?$/ });
const digest = z.string().regex(/^[0-9a-f]{64}$/);

/** Permission to read objects, as presigned addresses by key. */
const readsSchema = z.record(z.string(), address);

/** What a pod is to do, and the addresses at which it reads and writes; nothing else is given to it. */
export const podOrderSchema = z.object({
  task: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("training"), input: jobInputSchema }),
    z.object({
      kind: z.literal("evaluation"),
      digest,
      against: digest,
      input: evaluationInputSchema,
    }),
  ]),
  reads: z.object({ pictures: readsSchema, models: readsSchema }),
  /** What earlier pods told. */
  curve: z.array(curvePointSchema),
  /** Where to put how far it is, see {@link podProgressSchema}. */
  progress: address,
  checkpoint: z.object({ get: address, put: address }),
  /** Files of its folder and where to put them, in this order. */
  outputs: z.array(z.object({ file: z.string().regex(/^[a-z]+\.[a-z]+$/), put: address })),
});
export type PodOrder = z.output<typeof podOrderSchema>;

/** How far a pod is. */
export const podProgressSchema = z.object({
  progress: z.object({ stage: z.string().max(200), done: z.int(), of: z.int() }).nullable(),
  curve: z.array(curvePointSchema).max(10_000),
});
export type PodProgress = z.output<typeof podProgressSchema>;
