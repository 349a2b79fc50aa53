import { z } from "zod";
import { datasetPictureSchema } from "../../dataset/dataset-manifest.ts";

/**
 * What a job's folder holds: the same inputs and outputs whether a child process or a Kubernetes Job
 * works on it.
 */
export const JOB_FILES = {
  /** What to do, see {@link jobInputSchema}. */
  input: "input.json",
  /** `{sha256}.jpg` of every picture that the input names. */
  pictures: "pictures",
  /** The model that training begins from. */
  base: "base.onnx",
  /** Where training goes on after it was cut off; its contents are the engine's. */
  checkpoint: "checkpoint.bin",
  /** The trained model. */
  model: "model.onnx",
  /** What came of it, see {@link jobResultSchema}; written last. */
  result: "result.json",
} as const;

const inputPictureSchema = datasetPictureSchema.omit({ annotation: true, annotationId: true });

/** One picture of a job and what people said is in it, as in a dataset's manifest. */
export type JobPicture = z.output<typeof inputPictureSchema>;

/** `input.json`. */
export const jobInputSchema = z.object({
  datasetId: z.string(),
  baseModel: z.literal(JOB_FILES.base),
  baseDigest: z.string(),
  inputSize: z.int().positive(),
  /** What the base model knows, by class number. */
  classNames: z.array(z.string()),
  engine: z.enum(["head", "tfjs"]),
  settings: z.record(z.string(), z.unknown()),
  seed: z.int(),
  pictures: z.array(inputPictureSchema),
});

/** What a job is to do. */
export type JobInput = z.output<typeof jobInputSchema>;

/** What one pass over the training pictures came to. */
export const curvePointSchema = z.object({
  epoch: z.int(),
  trainLoss: z.number(),
  validationLoss: z.number(),
  validationAp50: z.number(),
  seconds: z.number(),
});

/** `result.json`. */
export const jobResultSchema = z.object({
  /** SHA-256 of the model. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  sizeBytes: z.int().positive(),
  curve: z.array(curvePointSchema),
  seconds: z.number(),
});

/** What came of a job. */
export type JobResult = z.output<typeof jobResultSchema>;

/** A line that the job's process writes to stdout. */
export const jobLineSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("stage"), stage: z.string(), done: z.int(), of: z.int() }),
  z.object({ type: z.literal("epoch"), ...curvePointSchema.shape }),
  z.object({ type: z.literal("fault"), code: z.string().nullable(), message: z.string() }),
]);

/** How far a job has come, or why it ends. */
export type JobLine = z.output<typeof jobLineSchema>;
