import { sha256Schema } from "@sentinel/protocol/ids";
import { TRPCError } from "@trpc/server";
import { z } from "zod";
import type { ApiContext } from "../api/context.ts";
import { personText } from "../api/text-input.ts";
import { tellRefusals } from "../api/told-refusal.ts";
import { mlProcedure, router, viewerProcedure } from "../api/trpc.ts";
import { buildDataset, previewDataset } from "./build-dataset.ts";
import { findDatasetDetail } from "./dataset-detail.ts";
import { type DatasetManifest, splitSchema } from "./dataset-manifest.ts";
import { buildInputSchema, datasetQuerySchema } from "./dataset-query.ts";
import { diffDatasets } from "./diff-datasets.ts";
import { freezeGolden } from "./freeze-golden.ts";
import { listGoldenSets } from "./golden-sets.ts";
import {
  importAnnotations,
  importInputSchema,
  offerUploads,
  uploadInputSchema,
} from "./import-pictures.ts";
import { pagePictures } from "./page-pictures.ts";
import { linkPictures } from "./picture-links.ts";
import { queryChoices } from "./query-choices.ts";
import { listDatasets, readDataset } from "./read-dataset.ts";

const key = z.strictObject({ datasetId: sha256Schema });
const listInput = z.strictObject({
  limit: z.int().min(1).max(200).default(100),
  /** Only versions that were made before this moment; ms. */
  before: z.int().min(0).optional(),
});
/** Clients that read page by page say more than this. */
const picturesInput = z.object({
  datasetId: sha256Schema,
  split: splitSchema.optional(),
  className: personText(100).optional(),
  cursor: sha256Schema.nullish(),
  limit: z.int().min(1).max(200).default(60),
});
const freezeInput = z
  .strictObject({
    name: personText(100),
    query: datasetQuerySchema.optional(),
    dataset: key
      .extend({ splits: z.array(splitSchema).min(1).max(3).default(["validation"]) })
      .optional(),
  })
  .refine(
    ({ query, dataset }) => (query === undefined) !== (dataset === undefined),
    "either a query or a dataset version",
  );

/** Dataset versions and golden sets: everybody reads, who trains makes them. */
export const datasetsRouter = router({
  /** Versions, the newest first. */
  list: viewerProcedure
    .input(listInput.default({ limit: 100 }))
    .query(({ ctx, input }) => listDatasets(ctx.reads, input)),

  /** What a version is made of: counts, cameras, people, and what was trained from it. */
  byId: viewerProcedure.input(key).query(async ({ ctx, input }) => {
    const detail = await tellRefusals(findDatasetDetail(ctx, input.datasetId));
    return detail ?? noDataset(input.datasetId);
  }),

  pictures: viewerProcedure
    .input(picturesInput)
    .query(async ({ ctx, input }) => pagePictures(await manifestOf(ctx, input.datasetId), input)),

  /** The whole of a version; its canonical JSON has the SHA-256 that is its id. */
  manifest: viewerProcedure.input(key).query(({ ctx, input }) => manifestOf(ctx, input.datasetId)),

  /** Addresses of pictures of a version. */
  links: viewerProcedure
    .input(key.extend({ pictures: z.array(sha256Schema).min(1).max(200) }))
    .query(async ({ ctx, input }) => {
      const manifest = await manifestOf(ctx, input.datasetId);
      return linkPictures(ctx.datasets.pictures, manifest, input.pictures);
    }),

  diff: viewerProcedure
    .input(z.strictObject({ before: sha256Schema, after: sha256Schema }))
    .query(async ({ ctx, input }) => {
      const before = await manifestOf(ctx, input.before);
      return diffDatasets(before, await manifestOf(ctx, input.after));
    }),

  /** What a query can ask for: cameras, classes and people of all annotations. */
  choices: viewerProcedure.query(({ ctx }) => queryChoices(ctx.database)),

  /** What a build would come to; it keeps nothing. */
  preview: mlProcedure
    .input(buildInputSchema.omit({ name: true }))
    .query(({ ctx, input }) => tellRefusals(previewDataset(ctx.datasets, input))),

  build: mlProcedure
    .input(buildInputSchema)
    .mutation(({ ctx, input }) => tellRefusals(buildDataset(ctx.datasets, input, ctx.person))),

  golden: viewerProcedure.query(({ ctx }) => listGoldenSets(ctx.database)),

  freeze: mlProcedure.input(freezeInput).mutation(async ({ ctx, input }) => {
    if (input.dataset !== undefined) await manifestOf(ctx, input.dataset.datasetId);
    return tellRefusals(freezeGolden(ctx.datasets, input, ctx.person));
  }),

  /** Where to put pictures before their labels are imported. */
  uploads: mlProcedure
    .input(uploadInputSchema)
    .mutation(({ ctx, input }) => tellRefusals(offerUploads(ctx.datasets, input))),

  import: mlProcedure
    .input(importInputSchema)
    .mutation(({ ctx, input }) => tellRefusals(importAnnotations(ctx.datasets, input, ctx.person))),
});

async function manifestOf(ctx: ApiContext, datasetId: string): Promise<DatasetManifest> {
  return (await tellRefusals(readDataset(ctx.reads, datasetId))) ?? noDataset(datasetId);
}

function noDataset(datasetId: string): never {
  throw new TRPCError({ code: "NOT_FOUND", message: `There is no dataset version ${datasetId}.` });
}
