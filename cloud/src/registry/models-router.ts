import { sha256Schema } from "@sentinel/protocol/ids";
import { modelLayoutSchema } from "@sentinel/protocol/model-catalog";
import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { personText } from "../api/text-input.ts";
import { tellRefusals } from "../api/told-refusal.ts";
import { adminProcedure, mlProcedure, router, viewerProcedure } from "../api/trpc.ts";
import { approveModel, rejectModel, revokeModel } from "./decide-model.ts";
import { evaluateCandidate } from "./evaluate-candidate.ts";
import { lineageOfModel } from "./lineage.ts";
import { findModel, listModels } from "./model-row.ts";
import { registerBase } from "./register-base.ts";
import { modelKey } from "./register-candidate.ts";

const UPLOAD_SECONDS = 600;

const key = z.strictObject({ digest: sha256Schema });
const reason = personText(500);

const baseInput = key.extend({
  name: personText(100),
  layout: modelLayoutSchema,
  inputSize: z.int().min(32).max(4096).multipleOf(32),
  classNames: z.array(personText(100)).min(1).max(10_000),
  licence: z.strictObject({
    id: personText(100),
    url: z.url().max(500),
    note: z.string().max(500).optional(),
  }),
});

/** Model versions: `models.list`, `byId`, `lineage`, `evaluate`, `approve`, `reject`, `revoke`, `registerBase`. */
export const modelsRouter = router({
  list: viewerProcedure.query(({ ctx }) => listModels(ctx.database)),

  byId: viewerProcedure.input(key).query(async ({ ctx, input }) => {
    const model = await findModel(ctx.database, input.digest);
    if (model !== null) return model;
    throw new TRPCError({
      code: "NOT_FOUND",
      message: `The registry has no model ${input.digest}.`,
    });
  }),

  lineage: viewerProcedure
    .input(key)
    .query(({ ctx, input }) => lineageOfModel(ctx.database, input.digest)),

  evaluate: mlProcedure
    .input(key.extend({ goldenId: sha256Schema }))
    .mutation(({ ctx, input }) => tellRefusals(evaluateCandidate(ctx.registry, input, ctx.person))),

  approve: mlProcedure
    .input(key.extend({ reason: reason.nullable().default(null) }))
    .mutation(({ ctx, input }) =>
      tellRefusals(approveModel(ctx.registry, input.digest, input.reason, ctx.person)),
    ),

  reject: mlProcedure
    .input(key.extend({ reason }))
    .mutation(({ ctx, input }) =>
      rejectModel(ctx.registry, input.digest, input.reason, ctx.person),
    ),

  revoke: mlProcedure
    .input(key.extend({ reason }))
    .mutation(({ ctx, input }) =>
      revokeModel(ctx.registry, input.digest, input.reason, ctx.person),
    ),

  /** Where the file of a model of the catalog is to be put before it is registered; PUT, ten minutes. */
  offerBaseUpload: adminProcedure.input(key).mutation(async ({ ctx, input }) => ({
    url: await ctx.registry.models.presignPut(modelKey(input.digest), UPLOAD_SECONDS),
  })),

  registerBase: adminProcedure.input(baseInput).mutation(({ ctx, input }) => {
    const { note, ...licence } = input.licence;
    const facts = { ...input, licence: note === undefined ? licence : { ...licence, note } };
    return tellRefusals(registerBase(ctx.registry, facts, ctx.person));
  }),
});
