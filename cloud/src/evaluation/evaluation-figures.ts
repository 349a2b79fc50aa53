import { z } from "zod";
import type { CocoSummary } from "./coco-evaluation.ts";

/** Names of COCO's 12 figures, in COCO's order. */
export const COCO_FIGURES = [
  "AP",
  "AP50",
  "AP75",
  "APsmall",
  "APmedium",
  "APlarge",
  "AR1",
  "AR10",
  "AR100",
  "ARsmall",
  "ARmedium",
  "ARlarge",
] as const satisfies readonly (keyof CocoSummary)[];

const figure = z.number().nullable();
const interval = z.tuple([z.number(), z.number()]).nullable();

/**
 * One figure of two models on the same pictures, 0..1; null where nothing could be measured. Intervals
 * hold 95 of 100 draws of the pictures; that of the gain is paired.
 */
const comparedSchema = z.object({
  before: figure,
  after: figure,
  gain: figure,
  beforeInterval: interval,
  afterInterval: interval,
  gainInterval: interval,
});
export type Compared = z.output<typeof comparedSchema>;

const fractionBox = z.tuple([z.number(), z.number(), z.number(), z.number()]);

const trueBoxSchema = z.object({
  className: z.string(),
  /** In fractions of the picture. */
  box: fractionBox,
  crowd: z.boolean(),
  foundBefore: z.boolean(),
  foundAfter: z.boolean(),
});
const foundBoxSchema = z.object({
  className: z.string(),
  box: fractionBox,
  score: z.number(),
  /** It found something that is there; a false alarm otherwise. */
  right: z.boolean(),
});

/** A picture in which the two models see something else. */
const changedPictureSchema = z.object({
  picture: z.string(),
  nodeId: z.string(),
  cameraId: z.string(),
  /** ms; 0 where it is not known. */
  capturedAt: z.number(),
  width: z.number(),
  height: z.number(),
  /** Things that only the one before, or only the one after, found. */
  lost: z.int(),
  gained: z.int(),
  falseBefore: z.int(),
  falseAfter: z.int(),
  truth: z.array(trueBoxSchema),
  before: z.array(foundBoxSchema),
  after: z.array(foundBoxSchema),
});
export type ChangedPicture = z.output<typeof changedPictureSchema>;

/** Precision at recalls 0, 0.01 … 1, at IoU 0.5. */
const curveSchema = z.object({ before: z.array(z.number()), after: z.array(z.number()) });

const percentiles = z.object({ p50: z.number(), p95: z.number() });
/**
 * Processor time for one picture, ms, on one thread where it was evaluated: what else that machine does
 * does not count. The two models take turns; `ratio` is that of their calm quarters.
 */
const latencySchema = z.object({
  before: percentiles,
  after: percentiles,
  ratio: z.number(),
  ratioInterval: interval,
});

/** Two models on the same pictures: the one that is judged (`after`), and what it is compared with. */
export const evaluationFiguresSchema = z.object({
  pictures: z.int(),
  boxes: z.int(),
  summary: z.record(z.enum(COCO_FIGURES), comparedSchema),
  classes: z.array(
    z.object({
      className: z.string(),
      boxes: z.int(),
      ap: comparedSchema,
      ap50: comparedSchema,
      curve: curveSchema,
    }),
  ),
  /** Those with most pictures. */
  cameras: z.array(
    z.object({
      nodeId: z.string(),
      cameraId: z.string(),
      pictures: z.int(),
      boxes: z.int(),
      ap: comparedSchema,
      ap50: comparedSchema,
    }),
  ),
  /** The mean of the classes' curves; the area below it is AP50. */
  curve: curveSchema,
  /** The twenty that changed most, and how many changed at all. */
  changed: z.array(changedPictureSchema),
  changedCount: z.int(),
  latencyMs: latencySchema,
});
export type EvaluationFigures = z.output<typeof evaluationFiguresSchema>;
