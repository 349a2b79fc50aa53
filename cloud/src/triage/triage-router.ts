import type { Box } from "@sentinel/protocol/box";
import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { operatorProcedure, router } from "../api/trpc.ts";
import { readLoopState } from "../training/jobs/loop-state.ts";
import { answerItem, undoAnswer } from "./answers.ts";
import { leaseNext, skipItem } from "./leases.ts";
import { triageFigures, triageSummary } from "./triage-figures.ts";
import { READ_ITEMS, type TriageItem } from "./triage-item.ts";

/** Boxes one picture can hold. */
const MAX_BOXES = 200;

const className = z.string().min(1).max(100).nullable();
const fraction = z.number().min(0, "a fraction from 0 to 1").max(1, "a fraction from 0 to 1");
const box = z
  .tuple([fraction, fraction, fraction, fraction])
  .refine(([, , width, height]) => width > 0 && height > 0, "a box wider and higher than 0")
  .refine(
    ([x, y, width, height]) => x + width <= 1.0001 && y + height <= 1.0001,
    "a box within the picture",
  )
  .transform((values): Box => values);

/** Questions and answers: `triage.summary`, `next`, `answer`, `skip`, `undo`, `stats`. */
export const triageRouter = router({
  summary: operatorProcedure.query(({ ctx }) => triageSummary(ctx.database)),

  next: operatorProcedure
    .input(
      z.object({
        className,
        count: z.int().min(1).max(10),
        holding: z.array(z.uuid()).max(50).default([]),
      }),
    )
    .mutation(async ({ ctx, input }) => ({
      items: await leaseNext(ctx.database, ctx.person, input),
    })),

  item: operatorProcedure.input(z.object({ itemId: z.uuid() })).query(async ({ ctx, input }) => {
    const [item] = await ctx.database.query<TriageItem>(READ_ITEMS, [[input.itemId]]);
    if (item !== undefined) return item;
    throw new TRPCError({ code: "NOT_FOUND", message: `There is no item ${input.itemId}.` });
  }),

  answer: operatorProcedure
    .input(
      z.object({
        annotationId: z.uuid(),
        itemId: z.uuid(),
        verdict: z.enum(["accept", "reject", "class", "boxes", "duplicate"]),
        boxes: z
          .array(z.object({ classId: z.int().min(0).max(9_999), box }))
          .max(MAX_BOXES)
          .default([]),
        decisionMs: z.int().min(0).max(86_400_000).nullable().default(null),
      }),
    )
    .mutation(async ({ ctx, input }) => {
      await answerItem(ctx.database, input, ctx.person);
      return { annotationId: input.annotationId };
    }),

  skip: operatorProcedure
    .input(z.object({ itemId: z.uuid() }))
    .mutation(({ ctx, input }) => skipItem(ctx.database, ctx.person, input.itemId)),

  undo: operatorProcedure.mutation(async ({ ctx }) => ({
    item: await undoAnswer(ctx.database, ctx.person),
  })),

  stats: operatorProcedure.query(async ({ ctx }) => {
    const figures = await triageFigures(ctx.database, ctx.person.id);
    const loop = await readLoopState(ctx.database);
    return {
      ...figures,
      needed: { annotations: loop.annotations, threshold: loop.settings.annotations },
    };
  }),
});
