import type { Postgres, Sql, Statement } from "../database/postgres.ts";
import type { ChannelFile } from "./channel-file.ts";
import type { Wave } from "./cohorts.ts";
import type { Baseline, RolloutEvidence } from "./evidence-types.ts";

/** Where a rollout is; the last three are final. */
export type RolloutState = "running" | "paused" | "done" | "aborted" | "rolled-back";

/** One change of a channel's model, in waves. Times are ms. */
export interface RolloutRow {
  rolloutId: string;
  channel: string;
  /** What the nodes ran before; null where that is not in the registry. */
  fromDigest: string | null;
  /** What Git named before. */
  gitBefore: string | null;
  toDigest: string;
  commitId: string;
  reason: string;
  state: RolloutState;
  /** Index of the wave that is under way. */
  wave: number;
  waves: Wave[];
  why: string;
  startedAt: number;
  startedBy: string;
  waveAt: number;
  endedAt: number | null;
  endedBy: string | null;
  baseline: Baseline;
  evidence: RolloutEvidence;
}

/** A channel as of the last good commit. */
export interface ChannelRow {
  channel: string;
  digest: string | null;
  file: ChannelFile;
  commitId: string;
  changedAt: number;
}

export const ROLLOUT_COLUMNS = `rollout_id as "rolloutId", channel, from_digest as "fromDigest",
  git_before as "gitBefore", to_digest as "toDigest", commit_id as "commitId", reason, state, wave, waves,
  why, started_at as "startedAt", started_by as "startedBy", wave_at as "waveAt", ended_at as "endedAt",
  ended_by as "endedBy", baseline, evidence`;

const LATEST: Statement = {
  name: "latest-rollouts",
  text: `select distinct on (channel) ${ROLLOUT_COLUMNS} from rollouts order by channel, started_at desc`,
};
const CHANNELS: Statement = {
  name: "read-channels",
  text: `select channel, digest, file, commit_id as "commitId", changed_at as "changedAt"
    from channels order by channel`,
};
const LOCK: Statement = {
  name: "lock-rollout",
  text: `select ${ROLLOUT_COLUMNS} from rollouts where rollout_id = $1 for update`,
};

/** The newest rollout of each channel, by channel. */
export async function latestRollouts(sql: Sql | Postgres): Promise<Map<string, RolloutRow>> {
  const rows = await sql.query<RolloutRow>(LATEST, []);
  return new Map(rows.map((row) => [row.channel, row]));
}

/** Every channel of the last good commit. */
export async function readChannels(sql: Sql): Promise<ChannelRow[]> {
  return await sql.query<ChannelRow>(CHANNELS, []);
}

/** The rollout, held until the transaction ends. */
export async function lockRollout(sql: Sql, rolloutId: string): Promise<RolloutRow | null> {
  const [row] = await sql.query<RolloutRow>(LOCK, [rolloutId]);
  return row ?? null;
}

export function isOpen({ state }: Pick<RolloutRow, "state">): boolean {
  return state === "running" || state === "paused";
}
