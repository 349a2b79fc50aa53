import { sha256Schema } from "@sentinel/protocol/ids";
import { modelLayoutSchema } from "@sentinel/protocol/model-catalog";
import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { personText } from "../api/text-input.ts";
import { tellRefusals } from "../api/told-refusal.ts";
import { adminProcedure, mlProcedure, router, viewerProcedure } from "../api/trpc.ts";
import { cancelEvaluation } from "../evaluation/jobs/cancel-evaluation.ts";
import { latenciesOnNodes } from "./agent-latency.ts";
import { askForEvaluation } from "./ask-for-evaluation.ts";
import { approveModel, rejectModel, revokeModel } from "./decide-model.ts";
import { findEvaluation, listEvaluations } from "./evaluation-reads.ts";
import { lineageOfModel, picturesOfModel } from "./lineage.ts";
import { findModel, listModels } from "./model-row.ts";
import { registerBase } from "./register-base.ts";
import { modelKey } from "./register-candidate.ts";

const UPLOAD_SECONDS = 600;

const key = z.strictObject({ digest: sha256Schema });
const evaluationKey = z.strictObject({ evaluationId: z.uuid("the id of an evaluation") });
const reason = personText(500);

const baseInput = key.extend({
  name: personText(100),
  layout: modelLayoutSchema,
  inputSize: z.int().min(32).max(4096).multipleOf(32),
  classNames: z.array(personText(100)).min(1).max(10_000),
  licence: z.strictObject({
    id: personText(100),
    url: z.url().max(500),
    note: personText(500).optional(),
  }),
});

/** Model versions: what there is, how it was judged, where it comes from, and who lets it in. */
export const modelsRouter = router({
  list: viewerProcedure.query(({ ctx }) => listModels(ctx.database)),

  byId: viewerProcedure.input(key).query(async ({ ctx, input }) => {
    return (await findModel(ctx.database, input.digest)) ?? noModel(input.digest);
  }),

  /** Evaluations of a model, the newest first. */
  evaluations: viewerProcedure
    .input(key)
    .query(({ ctx, input }) => listEvaluations(ctx.database, input.digest)),

  /** One evaluation with its figures. */
  evaluation: viewerProcedure.input(evaluationKey).query(async ({ ctx, input }) => {
    const found = await findEvaluation(ctx.database, input.evaluationId);
    return found ?? noEvaluation(input.evaluationId);
  }),

  /** How long nodes need for a frame with these models. */
  latencies: viewerProcedure
    .input(z.strictObject({ digests: z.array(sha256Schema).min(1).max(20) }))
    .query(({ ctx, input }) => latenciesOnNodes(ctx.database, input.digests)),

  /** From a model back to pictures and people, and on to nodes, events and the models that came of it. */
  lineage: viewerProcedure.input(key).query(async ({ ctx, input }) => {
    return (await lineageOfModel(ctx.database, input.digest)) ?? noModel(input.digest);
  }),

  /** Every picture that a model and those that it comes from learnt from, page by page. */
  pictures: viewerProcedure
    // Not strict: clients that page add which way they go.
    .input(
      z.object({
        digest: sha256Schema,
        cursor: sha256Schema.nullish(),
        limit: z.int().min(1).max(1000).default(60),
      }),
    )
    .query(({ ctx, input: { digest, cursor = null, limit } }) =>
      picturesOfModel(ctx.database, digest, { cursor, limit }),
    ),

  /** Queues the comparison of a model with its base, or another one; a trainer works on it. */
  evaluate: mlProcedure
    .input(
      key.extend({
        /** Absent: its base. */
        against: sha256Schema.optional(),
        /** Absent: the newest golden set that covers what it learnt. */
        goldenId: sha256Schema.optional(),
      }),
    )
    .mutation(({ ctx, input }) => askForEvaluation(ctx.registry, input, ctx.person)),

  /** Ends an evaluation that is not over; what the gate said before stays. */
  cancelEvaluation: mlProcedure.input(evaluationKey).mutation(async ({ ctx, input }) => {
    const { evaluationId } = input;
    const over = await ctx.database.transaction((sql) =>
      cancelEvaluation(sql, evaluationId, ctx.person),
    );
    if (over === undefined) noEvaluation(evaluationId);
    if (over !== null) {
      throw new TRPCError({
        code: "CONFLICT",
        message: `The evaluation is over already: ${over}.`,
      });
    }
    return { evaluationId };
  }),

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

function noEvaluation(evaluationId: string): never {
  throw new TRPCError({ code: "NOT_FOUND", message: `There is no evaluation ${evaluationId}.` });
}

function noModel(digest: string): never {
  throw new TRPCError({ code: "NOT_FOUND", message: `The registry has no model ${digest}.` });
}
