import type { Labels } from "@sentinel/protocol/statement";
import type { ModelReport } from "@sentinel/protocol/status";
import type { Sql, Statement } from "../database/postgres.ts";
import { type Bounds, channelFileSchema } from "./channel-file.ts";
import { type Cohort, waveOfNode, wavesOf } from "./cohorts.ts";
import { eventRateOf } from "./decide-step.ts";
import type { NodeStanding, WaveEvidence } from "./evidence-types.ts";
import { readEvidence } from "./read-evidence.ts";
import type { RepoFault } from "./repo-fault.ts";
import {
  isOpen,
  latestRollouts,
  ROLLOUT_COLUMNS,
  type RolloutRow,
  readChannels,
} from "./rollout-row.ts";

const LIST: Statement = {
  name: "list-rollouts",
  text: `select ${ROLLOUT_COLUMNS} from rollouts where $1::text is null or channel = $1
    order by started_at desc, rollout_id desc limit $2`,
};
const BY_ID: Statement = {
  name: "rollout-by-id",
  text: `select ${ROLLOUT_COLUMNS} from rollouts where rollout_id = $1`,
};
const NAMES: Statement = {
  name: "names-of-models",
  text: `select digest, name from model_versions where digest = any ($1::text[])`,
};
const REPO: Statement = {
  name: "fleet-repo-for-people",
  text: `select url, good_commit as "goodCommit", good_at as "goodAt", seen_commit as "seenCommit",
    seen_at as "seenAt", fault from fleet_repo`,
};
const COHORTS: Statement = {
  name: "statements-of-cohorts",
  text: `select distinct on (cohort) cohort, counter, digest, commit_id as "commitId",
    expires_at as "expiresAt", made_at as "madeAt" from statements order by cohort, counter desc`,
};
const NODES: Statement = {
  name: "nodes-of-every-channel",
  text: `select node_id as "nodeId", online, labels, model ->> 'digest' as "runningDigest",
      model_report as report from nodes order by node_id`,
};
const PROMOTABLE: Statement = {
  name: "promotable-models",
  text: `select digest, name from model_versions where state = 'approved' and manifest is not null
    order by approved_at desc nulls last, made_at desc limit 100`,
};

/** A rollout in a list. */
export type RolloutItem = Pick<
  RolloutRow,
  | "rolloutId"
  | "channel"
  | "fromDigest"
  | "toDigest"
  | "commitId"
  | "reason"
  | "state"
  | "wave"
  | "why"
  | "startedAt"
  | "startedBy"
  | "endedAt"
  | "endedBy"
> & { fromName: string | null; toName: string | null; waves: string[] };

/** One wave as people see it. */
export interface WaveItem {
  name: string;
  labels: Labels;
  watchSeconds: number;
  neededShare: number;
  minimumNodes: number;
  startedAt: number | null;
  enoughSince: number | null;
  endedAt: number | null;
  evidence: WaveEvidence | null;
  /** How its event rate compares with before. */
  eventRate: ReturnType<typeof eventRateOf> | null;
  /** Its nodes; null where they were too many to keep. */
  nodes: NodeStanding[] | null;
}

/** Rollouts, the newest first. */
export async function listRollouts(
  sql: Sql,
  { channel, limit }: { channel: string | null; limit: number },
): Promise<RolloutItem[]> {
  const rows = await sql.query<RolloutRow>(LIST, [channel, limit]);
  const names = await namesOf(
    sql,
    rows.flatMap(({ fromDigest, toDigest }) => [fromDigest, toDigest]),
  );
  return rows.map((row) => toItem(row, names));
}

/** One rollout with its waves, evidence and nodes; null where there is none of that id. */
export async function findRollout(
  sql: Sql,
  rolloutId: string,
  now: number,
): Promise<{
  rollout: RolloutItem;
  bounds: Bounds;
  waves: WaveItem[];
  evidenceAt: number | null;
  /** The nodes are shown as they are now, not as they were at the end. */
  isLive: boolean;
} | null> {
  const [row] = await sql.query<RolloutRow>(BY_ID, [rolloutId]);
  if (row === undefined) return null;
  const [channels, latest] = await Promise.all([readChannels(sql), latestRollouts(sql)]);
  const file = channels.find(({ channel }) => channel === row.channel)?.file;
  const bounds = file?.bounds ?? channelFileSchema.shape.bounds.parse({});
  const isNewest = latest.get(row.channel)?.rolloutId === rolloutId;
  const live = isNewest ? await readEvidence(sql, row, bounds, now) : null;
  // What led to the end stays as it was then; after a good one nodes that were away still come.
  const evidence = isOpen(row) ? (live?.evidence ?? []) : (row.evidence.waves ?? []);
  const isLive = live !== null && (isOpen(row) || row.state === "done");
  const nodes = isLive ? live.nodes : (row.evidence.nodes ?? []);
  const waves = row.waves.map((wave, index): WaveItem => {
    const { name, labels, watchSeconds, neededShare, minimumNodes } = wave;
    const seen = evidence[index] ?? null;
    return {
      name,
      labels,
      watchSeconds,
      neededShare,
      minimumNodes,
      startedAt: wave.startedAt,
      enoughSince: wave.enoughSince,
      endedAt: wave.endedAt,
      evidence: seen,
      eventRate: seen === null ? null : eventRateOf(seen, bounds),
      nodes: nodes[index] ?? null,
    };
  });
  const names = await namesOf(sql, [row.fromDigest, row.toDigest]);
  const evidenceAt = isOpen(row) ? now : (row.evidence.at ?? null);
  return { rollout: toItem(row, names), bounds, waves, evidenceAt, isLive };
}

/** Every channel: what Git names, who follows it, what its cohorts were told. */
export async function listChannels(sql: Sql) {
  const channels = await readChannels(sql);
  const cohorts = await sql.query<{
    cohort: string;
    counter: number;
    digest: string;
    commitId: string;
    expiresAt: number;
    madeAt: number;
  }>(COHORTS, []);
  const nodes = await sql.query<{
    nodeId: string;
    online: boolean;
    labels: Labels;
    runningDigest: string | null;
    report: ModelReport | null;
  }>(NODES, []);
  const names = await namesOf(sql, [
    ...channels.map(({ digest }) => digest),
    ...cohorts.map(({ digest }) => digest),
  ]);
  return channels.map(({ channel, digest, file, commitId, changedAt }) => {
    const waves: readonly Cohort[] = wavesOf(file);
    const members = nodes.map((node) => ({ ...node, wave: waveOfNode(waves, node.labels) }));
    return {
      channel,
      digest,
      modelName: digest === null ? null : (names.get(digest) ?? null),
      reason: file.reason,
      commitId,
      changedAt,
      waves: waves.map(({ cohort }, index) => {
        const mine = members.filter(({ wave }) => wave === index);
        const statement = cohorts.find((told) => told.cohort === cohort) ?? null;
        return {
          name: file.waves[index]?.name ?? cohort,
          nodes: mine.length,
          online: mine.filter(({ online }) => online).length,
          statement:
            statement === null
              ? null
              : { ...statement, modelName: names.get(statement.digest) ?? null },
        };
      }),
    };
  });
}

/** What the fleet's repository is, what was taken from it, and why a newer commit was not. */
export async function readRepo(sql: Sql): Promise<{
  url: string;
  goodCommit: string | null;
  goodAt: number | null;
  seenCommit: string | null;
  seenAt: number | null;
  fault: RepoFault | null;
} | null> {
  const [row] = await sql.query<NonNullable<Awaited<ReturnType<typeof readRepo>>>>(REPO, []);
  return row ?? null;
}

/** Models that may be promoted, the newest first. */
export async function promotableModels(sql: Sql): Promise<{ digest: string; name: string }[]> {
  return await sql.query(PROMOTABLE, []);
}

async function namesOf(
  sql: Sql,
  digests: readonly (string | null)[],
): Promise<Map<string, string>> {
  const wanted = [...new Set(digests.filter((digest) => digest !== null))];
  if (wanted.length === 0) return new Map();
  const rows = await sql.query<{ digest: string; name: string }>(NAMES, [wanted]);
  return new Map(rows.map(({ digest, name }) => [digest, name]));
}

function toItem(row: RolloutRow, names: ReadonlyMap<string, string>): RolloutItem {
  return {
    rolloutId: row.rolloutId,
    channel: row.channel,
    fromDigest: row.fromDigest,
    fromName: row.fromDigest === null ? null : (names.get(row.fromDigest) ?? null),
    toDigest: row.toDigest,
    toName: names.get(row.toDigest) ?? null,
    commitId: row.commitId,
    reason: row.reason,
    state: row.state,
    wave: row.wave,
    waves: row.waves.map(({ name }) => name),
    why: row.why,
    startedAt: row.startedAt,
    startedBy: row.startedBy,
    endedAt: row.endedAt,
    endedBy: row.endedBy,
  };
}
