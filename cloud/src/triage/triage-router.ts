import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { operatorProcedure, router } from "../api/trpc.ts";
import { answerItem } from "./answers.ts";
import { rulesRouter } from "./keep-out/rules-router.ts";
import { holdItems, leaseNext, releaseItems, skipItem } from "./leases.ts";
import { readTriageKeys, triageKeysSchema, writeTriageKeys } from "./person-keys.ts";
import { triageFigures, triageSummary } from "./triage-figures.ts";
import { boxInput, classNameInput } from "./triage-input.ts";
import { readItems } from "./triage-item.ts";
import { newestAnswer, undoAnswer } from "./undo.ts";

/** Boxes one picture can hold. */
const MAX_BOXES = 200;
/** Items a page may hold: a range that one answer is for, those ahead of it, and unsent answers. */
const MAX_HELD = 200;

const page = z.uuid().nullable().default(null);
const heldInput = z.object({ itemIds: z.array(z.uuid()).max(MAX_HELD), page });

/** Questions and answers: `triage.summary`, `next`, `hold`, `answer`, `undo`, `stats` and more. */
export const triageRouter = router({
  rules: rulesRouter,

  summary: operatorProcedure.query(({ ctx }) => triageSummary(ctx.database)),

  next: operatorProcedure
    .input(
      z.object({
        className: classNameInput,
        count: z.int().min(1).max(10),
        holding: z.array(z.uuid()).max(MAX_HELD).default([]),
        page,
      }),
    )
    .mutation(async ({ ctx, input }) => ({
      items: await leaseNext(ctx.database, ctx.person, input),
    })),

  /** Keeps items for the page; answers which are still its own. */
  hold: operatorProcedure.input(heldInput).mutation(async ({ ctx, input }) => ({
    itemIds: await holdItems(ctx.database, ctx.person, input),
  })),

  /** Gives items back unanswered. */
  release: operatorProcedure
    .input(heldInput)
    .mutation(({ ctx, input }) => releaseItems(ctx.database, ctx.person, input)),

  item: operatorProcedure.input(z.object({ itemId: z.uuid() })).query(async ({ ctx, input }) => {
    const [item] = await readItems(ctx.database, [input.itemId]);
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
          .array(z.object({ classId: z.int().min(0).max(9_999), box: boxInput }))
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

  /** The person's newest answer that stands: what `undo` would take back. */
  newest: operatorProcedure.query(async ({ ctx }) => ({
    annotationId: await newestAnswer(ctx.database, ctx.person),
  })),

  /** Takes an answer back, the newest one where none is named; named twice it is taken back once. */
  undo: operatorProcedure
    .input(z.object({ annotationId: z.uuid().nullable().default(null), page }))
    .mutation(async ({ ctx, input }) => ({
      item: await undoAnswer(ctx.database, ctx.person, {
        answerId: input.annotationId,
        page: input.page,
      }),
    })),

  stats: operatorProcedure.query(({ ctx }) => triageFigures(ctx.database, ctx.person.id)),

  /** The keys that the person changed. */
  keys: operatorProcedure.query(({ ctx }) => readTriageKeys(ctx.database, ctx.person)),

  setKeys: operatorProcedure
    .input(triageKeysSchema)
    .mutation(({ ctx, input }) => writeTriageKeys(ctx.database, ctx.person, input)),
});
