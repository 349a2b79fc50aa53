import { v7 as uuid } from "uuid";
import { CHANGES_CHANNEL, FLEET_CHANNEL } from "../database/channels.ts";
import type { Sql, Statement } from "../database/postgres.ts";
import { storableJson } from "../database/storable-json.ts";
import { audit } from "../people/audit.ts";
import { wavesOf } from "./cohorts.ts";
import { readBaseline } from "./read-evidence.ts";
import type { ChannelRow, RolloutRow, RolloutState } from "./rollout-row.ts";

/** Who changes something. */
export interface Actor {
  id: string;
  name: string;
}

/** Sentinel itself. */
export const SYSTEM: Actor = { id: "system", name: "system" };

const INSERT: Statement = {
  name: "insert-rollout",
  text: `insert into rollouts (rollout_id, channel, from_digest, git_before, to_digest, commit_id, reason,
      state, waves, why, started_at, wave_at, started_by, baseline)
    values ($1, $2, $3, $4, $5, $6, $7, 'running', $8, $9, $10, $10, $11, $12)`,
};
const UPDATE: Statement = {
  name: "update-rollout",
  text: `update rollouts set state = $2, wave = $3, waves = $4, why = $5, wave_at = $6, ended_at = $7,
      ended_by = $8 where rollout_id = $1`,
};
const TELL: Statement = {
  name: "tell-rollouts",
  text: `select pg_notify('${CHANGES_CHANNEL}', 'rollouts')`,
};
const CALL_FLEET: Statement = {
  name: "call-fleet",
  text: `select pg_notify('${FLEET_CHANNEL}', '')`,
};
/** The model that most nodes of the channel run, of those that may be handed out again. */
const MOST_RUN: Statement = {
  name: "most-run-model",
  text: `select n.model ->> 'digest' as digest from nodes n
    join model_versions m on m.digest = n.model ->> 'digest'
    where n.labels @> jsonb_build_object('channel', $1::text) and m.state = 'approved'
      and m.digest <> $2
    group by 1 order by count(*) desc, 1 limit 1`,
};

/** Tells people's pages that rollouts changed, once the transaction commits. */
export async function tellRollouts(sql: Sql): Promise<void> {
  await sql.query(TELL, []);
}

/** Calls the role fleet to look at once. */
export async function callFleet(sql: Sql): Promise<void> {
  await sql.query(CALL_FLEET, []);
}

/** Begins the rollout of a channel's new model with its first wave. */
export async function beginRollout(
  sql: Sql,
  channel: ChannelRow & { digest: string },
  before: { git: string | null; from: string | null },
  by: string,
  now: number,
): Promise<string> {
  const [most] = await sql.query<{ digest: string }>(MOST_RUN, [channel.channel, channel.digest]);
  const waves = wavesOf(channel.file).map((wave, index) =>
    index === 0 ? { ...wave, startedAt: now } : wave,
  );
  const baseline = await readBaseline(sql, channel.channel, waves, now);
  const rolloutId = uuid();
  const from = before.from ?? before.git ?? most?.digest ?? null;
  await sql.query(INSERT, [
    rolloutId,
    channel.channel,
    from,
    before.git,
    channel.digest,
    channel.commitId,
    channel.file.reason,
    storableJson(waves),
    `Begins with wave ${waves[0]?.name ?? ""}.`,
    now,
    by,
    storableJson(baseline),
  ]);
  await audit(sql, {
    actor: SYSTEM,
    action: "rollout.start",
    subject: channel.channel,
    before: { digest: from },
    after: { rolloutId, digest: channel.digest, commit: channel.commitId },
  });
  await tellRollouts(sql);
  return rolloutId;
}

/** Writes where a rollout that the caller holds is now; the audit log gets what changed. */
export async function changeRollout(
  sql: Sql,
  rollout: RolloutRow,
  change: Partial<Pick<RolloutRow, "state" | "wave" | "waves" | "why" | "waveAt">>,
  actor: Actor,
  action: string,
  now: number,
): Promise<void> {
  const after = { ...rollout, ...change };
  const isOver = isFinal(after.state);
  await sql.query(UPDATE, [
    rollout.rolloutId,
    after.state,
    after.wave,
    storableJson(after.waves),
    after.why.slice(0, 1000),
    after.waveAt,
    isOver ? now : null,
    isOver ? actor.name : null,
  ]);
  await audit(sql, {
    actor,
    action: `rollout.${action}`,
    subject: rollout.channel,
    before: told(rollout),
    after: told(after),
  });
  await tellRollouts(sql);
  await callFleet(sql);
}

function isFinal(state: RolloutState): boolean {
  return state !== "running" && state !== "paused";
}

function told({ rolloutId, state, wave, why }: RolloutRow) {
  return { rolloutId, state, wave, why };
}
