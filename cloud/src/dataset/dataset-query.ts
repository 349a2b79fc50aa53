import {
  cameraIdSchema,
  nodeIdSchema,
  sha256Schema,
  timestampSchema,
} from "@sentinel/protocol/ids";
import { z } from "zod";
import { personText } from "../api/text-input.ts";

/** No version has more pictures: every two of them are compared. */
export const MAX_PICTURES = 20_000;
/** So many can be named one by one: a request has its bounds. */
const MAX_NAMED = 500;

const some = <Schema extends z.ZodType>(schema: Schema, max: number) =>
  z.array(schema).min(1).max(max);

/** What a person may say in an annotation; a duplicate says nothing of its own. */
const verdictSchema = z.enum(["accept", "reject", "class", "boxes", "import"]);

/** Which annotations a version is made of; what is left out does not narrow it. */
export const datasetQuerySchema = z.strictObject({
  nodes: some(nodeIdSchema, 1000).optional(),
  cameras: some(
    z.strictObject({ nodeId: nodeIdSchema, cameraId: cameraIdSchema }),
    1000,
  ).optional(),
  /** Pictures with a box of one of these; their other boxes come along. */
  classes: some(personText(100), 100).optional(),
  /** Whether pictures in which nothing is belong to it. */
  empty: z.boolean().default(true),
  /** Captured at or after, and before; ms. */
  from: timestampSchema.optional(),
  to: timestampSchema.optional(),
  people: some(personText(200), 100).optional(),
  verdicts: some(verdictSchema, 5).optional(),
  /** Exactly these, and no others. */
  pictures: some(sha256Schema, MAX_NAMED).optional(),
});
/** A question to all annotations. */
export type DatasetQuery = z.output<typeof datasetQuerySchema>;

/** How a version is made. */
export const buildInputSchema = z.strictObject({
  name: personText(100),
  query: datasetQuerySchema.prefault({}),
  validationShare: z.number().min(0).max(0.9).default(0.2),
  /** Absent: as long as leaves enough blocks, 600 at the most. */
  blockSeconds: z.int().min(1).max(86_400).optional(),
  /** Absent: the golden set that was frozen last; null: none in the version. None is ever learnt from. */
  goldenId: sha256Schema.nullable().optional(),
  /** Pictures that have to be learnt from, or measured on. */
  train: z.array(sha256Schema).max(MAX_NAMED).default([]),
  validation: z.array(sha256Schema).max(MAX_NAMED).default([]),
});
export type BuildInput = z.output<typeof buildInputSchema>;
