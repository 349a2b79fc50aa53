import type { Logger } from "pino";
import type { Postgres, Sql, Statement } from "../database/postgres.ts";
import { storableJson } from "../database/storable-json.ts";
import { changeRollout, SYSTEM, tellRollouts } from "./change-rollout.ts";
import type { Wave } from "./cohorts.ts";
import { decideStep, type Step } from "./decide-step.ts";
import type { FleetRepo } from "./fleet-repo.ts";
import { promote } from "./promote.ts";
import { readEvidence } from "./read-evidence.ts";
import {
  type ChannelRow,
  isOpen,
  latestRollouts,
  lockRollout,
  type RolloutRow,
  readChannels,
} from "./rollout-row.ts";
import { isSameJson } from "./same-json.ts";

/** Fleets up to this size are kept node by node with the evidence. */
const KEPT_NODES = 2_000;

const WATCHED: Statement = {
  name: "watch-rollout",
  text: "update rollouts set evidence = $2, waves = $3, why = $4 where rollout_id = $1",
};
const REVOKED: Statement = {
  name: "revoked-why",
  text: "select revoked_why as why from model_versions where digest = $1 and state = 'revoked'",
};

/** Carries rollouts on: looks at the field, decides, and writes what was decided. */
export class RolloutRunner {
  readonly #database: Postgres;
  readonly #repo: FleetRepo;
  readonly #logger: Logger;

  constructor(options: { database: Postgres; repo: FleetRepo; logger: Logger }) {
    this.#database = options.database;
    this.#repo = options.repo;
    this.#logger = options.logger;
  }

  /** Looks at every channel once. */
  async look(now: number): Promise<void> {
    const latest = await latestRollouts(this.#database);
    for (const channel of await readChannels(this.#database)) {
      const rollout = latest.get(channel.channel);
      if (rollout === undefined) continue;
      if (isOpen(rollout)) await this.#carryOn(rollout.rolloutId, channel, now);
      else if (rollout.state === "done") await this.#leaveRevoked(rollout, channel, now);
      else await this.#revertInGit(rollout, channel);
    }
  }

  async #carryOn(rolloutId: string, channel: ChannelRow, now: number): Promise<void> {
    await this.#database.transaction(async (sql) => {
      const rollout = await lockRollout(sql, rolloutId);
      if (rollout === null || (rollout.state !== "running" && rollout.state !== "paused")) return;
      const { bounds } = channel.file;
      const { evidence, nodes } = await readEvidence(sql, rollout, bounds, now);
      const { state, why, wave, waves, fromDigest, toDigest } = rollout;
      const step = decideStep({
        state,
        why,
        wave,
        waves,
        canGoBack: fromDigest !== null && !(await isRevoked(sql, fromDigest, channel)),
        stop: await whyStopped(sql, toDigest, channel),
        evidence,
        bounds,
        now,
      });
      const after = step.step === "wait" ? waitingWaves(rollout, step) : waves;
      const isNews =
        step.why !== why || !isSameJson(rollout.evidence.waves, evidence) || after !== waves;
      if (isNews) {
        const isSmall = nodes.reduce((sum, wave) => sum + wave.length, 0) <= KEPT_NODES;
        const kept = { at: now, waves: evidence, ...(isSmall ? { nodes } : {}) };
        const json = storableJson(kept);
        await sql.query(WATCHED, [rolloutId, json, storableJson(after), step.why.slice(0, 1000)]);
        await tellRollouts(sql);
      }
      if (step.step !== "wait") await this.#take(sql, rollout, step, now);
    });
  }

  async #take(
    sql: Sql,
    rollout: RolloutRow,
    { step, why }: Exclude<Step, { step: "wait" }>,
    now: number,
  ): Promise<void> {
    const { rolloutId, channel, wave, waves } = rollout;
    this.#logger.info({ rolloutId, channel, step, why }, "a rollout goes on");
    const ended = waves.map((each, index) => (index === wave ? { ...each, endedAt: now } : each));
    switch (step) {
      case "widen": {
        const next = ended.map((each, index) =>
          index === wave + 1 ? { ...each, startedAt: now, enoughSince: null } : each,
        );
        const change = { wave: wave + 1, waves: next, why, waveAt: now };
        return await changeRollout(sql, rollout, change, SYSTEM, "widen", now);
      }
      case "finish": {
        const change = { state: "done" as const, waves: ended, why };
        return await changeRollout(sql, rollout, change, SYSTEM, "finish", now);
      }
      case "roll-back": {
        const change = { state: "rolled-back" as const, why };
        return await changeRollout(sql, rollout, change, SYSTEM, "roll-back", now);
      }
      case "pause": {
        const change = { state: "paused" as const, why };
        return await changeRollout(sql, rollout, change, SYSTEM, "pause", now);
      }
    }
  }

  /** The model of a rollout that was done is revoked: the nodes go back to the one before. */
  async #leaveRevoked(rollout: RolloutRow, channel: ChannelRow, now: number): Promise<void> {
    const stop = await whyStopped(this.#database, rollout.toDigest, channel);
    if (stop === null || channel.digest !== rollout.toDigest || rollout.fromDigest === null) return;
    if (await isRevoked(this.#database, rollout.fromDigest, channel)) return;
    await this.#database.transaction(async (sql) => {
      const held = await lockRollout(sql, rollout.rolloutId);
      if (held?.state !== "done") return;
      const change = { state: "rolled-back" as const, why: `Rolled back: ${stop}` };
      await changeRollout(sql, held, change, SYSTEM, "roll-back", now);
    });
  }

  /** What went back in the field goes back in Git too; it is tried until Git has it. */
  async #revertInGit(rollout: RolloutRow, channel: ChannelRow): Promise<void> {
    if (channel.digest !== rollout.toDigest || rollout.toDigest === rollout.gitBefore) return;
    const promotion = {
      channel: channel.channel,
      digest: rollout.gitBefore,
      reason: `${rollout.why} Reverts ${rollout.commitId.slice(0, 12)}.`.slice(0, 500),
    };
    const actor = rollout.endedBy === null ? SYSTEM : { id: "system", name: rollout.endedBy };
    await promote({ database: this.#database, repo: this.#repo }, promotion, actor).catch(
      (error: unknown) => {
        const facts = { err: error, rolloutId: rollout.rolloutId };
        this.#logger.warn(facts, "the commit that goes back could not be made yet");
      },
    );
  }
}

function waitingWaves(
  { waves, wave }: RolloutRow,
  { enoughSince }: Extract<Step, { step: "wait" }>,
): Wave[] {
  if (waves[wave]?.enoughSince === enoughSince) return waves;
  return waves.map((each, index) => (index === wave ? { ...each, enoughSince } : each));
}

async function whyStopped(sql: Sql, digest: string, channel: ChannelRow): Promise<string | null> {
  if (channel.file.revoked.includes(digest)) return "the channel's file revokes the model.";
  const [revoked] = await sql.query<{ why: string | null }>(REVOKED, [digest]);
  if (revoked === undefined) return null;
  return `the model is revoked${revoked.why === null ? "" : `: ${revoked.why}`}.`;
}

async function isRevoked(sql: Sql, digest: string, channel: ChannelRow): Promise<boolean> {
  return (await whyStopped(sql, digest, channel)) !== null;
}
