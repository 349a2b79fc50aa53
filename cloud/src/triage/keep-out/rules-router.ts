import { cameraIdSchema, nodeIdSchema } from "@sentinel/protocol/ids";
import { z } from "zod";
import { personText } from "../../api/text-input.ts";
import { operatorProcedure, router } from "../../api/trpc.ts";
import { boxInput, classNameInput } from "../triage-input.ts";
import { offerAfter } from "./rule-offer.ts";
import { lastSeen, previewOf } from "./rule-preview.ts";
import { addRule, listRules, removeRule } from "./rule-store.ts";

const place = z.object({
  nodeId: nodeIdSchema,
  cameraId: cameraIdSchema,
  /** Null is for motion in which nothing was detected. */
  className: classNameInput,
});
const score = z.number().gt(0, "a score above 0, up to 1").max(1, "a score above 0, up to 1");
const shape = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("mask"), box: boxInput }),
  z.object({ kind: z.literal("threshold"), minScore: score }),
]);
const note = personText(200).nullable().default(null);

/** What is kept out of triage: `triage.rules.list`, `offer`, `preview`, `add`, `remove`. */
export const rulesRouter = router({
  list: operatorProcedure.query(({ ctx }) => listRules(ctx.database)),

  /** What could be offered after this item was rejected; null for nothing. */
  offer: operatorProcedure
    .input(z.object({ itemId: z.uuid() }))
    .query(({ ctx, input }) => offerAfter(ctx.database, input.itemId)),

  /** What a rule would have hidden of the newest stored events. */
  preview: operatorProcedure
    .input(z.object({ place, shape }))
    .query(async ({ ctx, input }) =>
      previewOf(input.shape, await lastSeen(ctx.database, input.place)),
    ),

  add: operatorProcedure
    .input(z.object({ place, shape, note }))
    .mutation(({ ctx, input }) =>
      addRule(ctx.database, { ...input.place, ...input.shape, note: input.note }, ctx.person),
    ),

  remove: operatorProcedure
    .input(z.object({ ruleId: z.uuid() }))
    .mutation(({ ctx, input }) => removeRule(ctx.database, input.ruleId, ctx.person)),
});
