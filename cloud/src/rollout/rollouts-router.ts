import { sha256Schema, slugSchema } from "@sentinel/protocol/ids";
import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { personText } from "../api/text-input.ts";
import { tellRefusals } from "../api/told-refusal.ts";
import { mlProcedure, router, viewerProcedure } from "../api/trpc.ts";
import type { Postgres } from "../database/postgres.ts";
import type { Person } from "../people/person.ts";
import { changeRollout } from "./change-rollout.ts";
import { promote } from "./promote.ts";
import {
  findRollout,
  listChannels,
  listRollouts,
  promotableModels,
  readRepo,
} from "./rollout-reads.ts";
import { lockRollout, type RolloutRow } from "./rollout-row.ts";

const rolloutKey = z.object({ rolloutId: z.uuid("the id of a rollout") });
const listInput = z.object({
  channel: slugSchema.nullable().default(null),
  limit: z.int().min(1).max(100).default(50),
});
const promoteInput = z.strictObject({
  channel: slugSchema,
  /** Null leaves each node with the model that it was started with. */
  digest: sha256Schema.nullable(),
  reason: personText(500),
});
const changeInput = rolloutKey.extend({ reason: personText(300).optional() });

/** Rollouts: `rollouts.list`, `byId`, `channels`, `repo`, `promotable`, `promote`, `pause`, `resume`, `abort`. */
export const rolloutsRouter = router({
  /** Rollouts, the newest first. */
  list: viewerProcedure
    .input(listInput.default({ channel: null, limit: 50 }))
    .query(({ ctx, input }) => listRollouts(ctx.database, input)),

  /** One rollout: its waves with evidence, thresholds and nodes. */
  byId: viewerProcedure.input(rolloutKey).query(async ({ ctx, input }) => {
    return (await findRollout(ctx.database, input.rolloutId, Date.now())) ?? none(input.rolloutId);
  }),

  channels: viewerProcedure.query(({ ctx }) => listChannels(ctx.database)),

  /** The fleet's repository; null where this cloud follows none. */
  repo: viewerProcedure.query(({ ctx }) => readRepo(ctx.database)),

  /** Models that may be promoted. */
  promotable: viewerProcedure.query(({ ctx }) => promotableModels(ctx.database)),

  /** Names a model in a channel's file, by a commit of the person who asks. */
  promote: mlProcedure.input(promoteInput).mutation(async ({ ctx, input }) => {
    const { repo } = ctx.rollouts;
    if (repo === null) {
      throw new TRPCError({
        code: "PRECONDITION_FAILED",
        message: "This cloud has no fleet repository; set SENTINEL_FLEET_REPO.",
      });
    }
    const parts = { database: ctx.database, repo };
    const commit = await tellRefusals(promote(parts, input, ctx.person));
    if (commit !== null) return { commit };
    throw new TRPCError({
      code: "CONFLICT",
      message: `Channel ${input.channel} names that model already.`,
    });
  }),

  /** Holds a rollout where it is; nodes that were told go on. */
  pause: mlProcedure.input(changeInput).mutation(({ ctx, input }) =>
    change(ctx.database, input.rolloutId, ["running"], (rollout) => ({
      change: { state: "paused", why: saying(`Paused by ${ctx.person.name}`, input.reason) },
      person: ctx.person,
      action: "pause",
      rollout,
    })),
  ),

  resume: mlProcedure.input(changeInput).mutation(({ ctx, input }) =>
    change(ctx.database, input.rolloutId, ["paused"], (rollout) => ({
      change: {
        state: "running",
        why: saying(`Resumed by ${ctx.person.name}`, input.reason),
        // What was watched before the pause is not counted as watched.
        waves: rollout.waves.map((wave, index) =>
          index === rollout.wave ? { ...wave, enoughSince: null } : wave,
        ),
      },
      person: ctx.person,
      action: "resume",
      rollout,
    })),
  ),

  /** Ends a rollout: the nodes that were told get the model from before. */
  abort: mlProcedure.input(changeInput).mutation(({ ctx, input }) =>
    change(ctx.database, input.rolloutId, ["running", "paused"], (rollout) => ({
      change: { state: "aborted", why: saying(`Aborted by ${ctx.person.name}`, input.reason) },
      person: ctx.person,
      action: "abort",
      rollout,
    })),
  ),
});

type Change = Parameters<typeof changeRollout>[2];

async function change(
  database: Postgres,
  rolloutId: string,
  from: readonly RolloutRow["state"][],
  made: (rollout: RolloutRow) => {
    change: Change;
    person: Person;
    action: string;
    rollout: RolloutRow;
  },
): Promise<{ rolloutId: string }> {
  await database.transaction(async (sql) => {
    const held = await lockRollout(sql, rolloutId);
    if (held === null) none(rolloutId);
    if (!from.includes(held.state)) {
      throw new TRPCError({ code: "CONFLICT", message: `The rollout is ${held.state}.` });
    }
    const { change: after, person, action, rollout } = made(held);
    await changeRollout(sql, rollout, after, person, action, Date.now());
  });
  return { rolloutId };
}

function saying(what: string, reason: string | undefined): string {
  return reason === undefined ? `${what}.` : `${what}: ${reason}`;
}

function none(rolloutId: string): never {
  throw new TRPCError({ code: "NOT_FOUND", message: `There is no rollout ${rolloutId}.` });
}
