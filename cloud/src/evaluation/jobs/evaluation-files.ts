import { modelLayoutSchema } from "@sentinel/protocol/model-catalog";
import { z } from "zod";
import { datasetPictureSchema } from "../../dataset/dataset-manifest.ts";
import { evaluationFiguresSchema } from "../evaluation-figures.ts";

/** What the folder of an evaluation holds besides `pictures/{sha256}.jpg`. */
export const EVALUATION_FILES = {
  input: "input.json",
  /** The model that is judged, and what it is compared with. */
  after: "after.onnx",
  before: "before.onnx",
  /** What came of it, see {@link evaluationResultSchema}; written last. */
  result: "result.json",
} as const;

const modelSchema = z.object({
  layout: modelLayoutSchema,
  inputSize: z.int().positive(),
  classCount: z.int().positive(),
});

/** `input.json`. */
export const evaluationInputSchema = z.object({
  before: modelSchema,
  after: modelSchema,
  /** By class number; of the model that knows more. */
  classNames: z.array(z.string()),
  pictures: z.array(datasetPictureSchema),
});
export type EvaluationInput = z.output<typeof evaluationInputSchema>;

/** `result.json`: figures, or why the judged model cannot be measured. */
export const evaluationResultSchema = z.union([
  z.object({ unmeasurable: z.string() }),
  evaluationFiguresSchema,
]);
export type EvaluationResult = z.output<typeof evaluationResultSchema>;
