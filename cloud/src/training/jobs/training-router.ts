import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { mlProcedure, router, viewerProcedure } from "../../api/trpc.ts";
import type { Postgres } from "../../database/postgres.ts";
import { actionOf, findJob, listJobs, startOptions } from "./job-reads.ts";
import { jobSettingsSchema } from "./job-settings.ts";
import {
  loopChangeSchema,
  loopSettingsSchema,
  readLoopSettings,
  writeLoopSettings,
} from "./loop-settings.ts";
import { readLoopState } from "./loop-state.ts";
import { cancelJob, queueJob } from "./start-job.ts";

const digest = z.string().regex(/^[0-9a-f]{64}$/, "a SHA-256 in hexadecimal");
const jobKey = z.object({ jobId: z.uuid("the id of a training job") });
const listInput = z.object({
  limit: z.int().min(1).max(100).default(50),
  /** Only jobs that were queued before this moment; ms. */
  before: z.int().min(0).optional(),
});
const startInput = z.strictObject({
  datasetId: digest,
  /** Absent: the newest approved model. */
  baseDigest: digest.optional(),
  engine: z.enum(["head", "tfjs"]).default("head"),
  settings: jobSettingsSchema.default({}),
  seed: z.int().min(0).max(2_147_483_647).default(1),
});

/** Training: `training.list`, `byId`, `options`, `loop`, `start`, `cancel`, `setLoop`. */
export const trainingRouter = router({
  /** Jobs, the newest first. */
  list: viewerProcedure
    .input(listInput.default({ limit: 50 }))
    .query(({ ctx, input }) => listJobs(ctx.database, input)),

  byId: viewerProcedure.input(jobKey).query(async ({ ctx, input }) => {
    return (await findJob(ctx.database, input.jobId)) ?? noJob(input.jobId);
  }),

  /** What a job can be started from: dataset versions and models, the newest first. */
  options: viewerProcedure.query(({ ctx }) => startOptions(ctx.database)),

  /** Where the loop stands: annotations since it last trained, its threshold, what stands in its way. */
  loop: viewerProcedure.query(async ({ ctx }) => {
    const { memory, ...state } = await readLoopState(ctx.database);
    const { blocked, datasetId } = memory;
    return {
      ...state,
      lastDatasetId: datasetId,
      blocked: blocked === null ? null : { ...blocked, action: actionOf(blocked.code) },
    };
  }),

  start: mlProcedure.input(startInput).mutation(async ({ ctx, input }) => {
    const baseDigest = await knownBase(ctx.database, input.baseDigest);
    await refuseUnknownDataset(ctx.database, input.datasetId);
    const wish = { ...input, baseDigest };
    const jobId = await ctx.database.transaction((sql) =>
      queueJob(sql, wish, "person", ctx.person),
    );
    return { jobId };
  }),

  cancel: mlProcedure.input(jobKey).mutation(async ({ ctx, input }) => {
    const over = await ctx.database.transaction((sql) => cancelJob(sql, input.jobId, ctx.person));
    if (over === undefined) noJob(input.jobId);
    if (over !== null) {
      throw new TRPCError({ code: "CONFLICT", message: `The job is over already: ${over}.` });
    }
    return { jobId: input.jobId };
  }),

  /** Changes when the loop trains by itself; what is left out stays. */
  setLoop: mlProcedure.input(loopChangeSchema).mutation(({ ctx, input }) =>
    ctx.database.transaction(async (sql) => {
      const before = await readLoopSettings(sql);
      const after = loopSettingsSchema.parse({ ...before, ...input });
      await writeLoopSettings(sql, after, ctx.person);
      return after;
    }),
  ),
});

function noJob(jobId: string): never {
  throw new TRPCError({ code: "NOT_FOUND", message: `There is no training job ${jobId}.` });
}

async function refuseUnknownDataset(database: Postgres, datasetId: string): Promise<void> {
  const { datasets } = await startOptions(database, { datasetId });
  if (datasets.length > 0) return;
  throw new TRPCError({ code: "NOT_FOUND", message: `There is no dataset version ${datasetId}.` });
}

async function knownBase(database: Postgres, wanted: string | undefined): Promise<string> {
  const { bases } = await startOptions(database, { digest: wanted });
  const base = wanted === undefined ? bases.find(({ isDefault }) => isDefault) : bases[0];
  if (base !== undefined) return base.digest;
  throw new TRPCError({
    code: wanted === undefined ? "PRECONDITION_FAILED" : "NOT_FOUND",
    message:
      wanted === undefined
        ? "There is no approved model to begin from; approve one, or name one."
        : `There is no model ${wanted} that can be trained.`,
  });
}
