import type { Labels } from "@sentinel/protocol/statement";
import type { ModelReport, ReportedModel } from "@sentinel/protocol/status";
import type { Telemetry } from "@sentinel/protocol/telemetry";
import type { Sql, Statement } from "../database/postgres.ts";
import type { Bounds } from "./channel-file.ts";
import { type Wave, waveOfNode } from "./cohorts.ts";
import type { Baseline, Figures, NodeStanding, NodeState, WaveEvidence } from "./evidence-types.ts";
import { latencyDrift } from "./latency-drift.ts";
import { medianLatency, medianOf } from "./node-latency.ts";
import { CALM_MS, type NodeFacts, standingOf } from "./node-standing.ts";
import type { RolloutRow } from "./rollout-row.ts";

/** So long before a rollout counts as before. */
const BEFORE_MS = 3_600_000;
/** Frames of which none is inferred for so long: slow cameras send one a second, and nodes are busy. */
const STALLED_MS = 15_000;
const EXAMPLES = 3;
const HOUR_MS = 3_600_000;

interface NodeRow {
  nodeId: string;
  online: boolean;
  firstSeenAt: number;
  lastSeenAt: number;
  startedAt: number | null;
  labels: Labels;
  model: ReportedModel | null;
  report: ModelReport | null;
  telemetry: Telemetry | null;
  telemetryAt: number | null;
  latencyAt: number[];
  latencyMs: number[];
  camerasLive: number;
  camerasDown: number;
}

const NODES: Statement = {
  name: "nodes-of-channel",
  text: `select n.node_id as "nodeId", n.online, n.first_seen_at as "firstSeenAt",
      n.last_seen_at as "lastSeenAt", n.started_at as "startedAt", n.labels, n.model,
      n.model_report as report, n.telemetry, n.telemetry_at as "telemetryAt",
      to_json(n.latency_at) as "latencyAt", to_json(n.latency_ms) as "latencyMs",
      coalesce(c.live, 0)::int as "camerasLive", coalesce(c.down, 0)::int as "camerasDown"
    from nodes n left join (
      select node_id, count(*) filter (where state = 'live') as live,
        count(*) filter (where state = 'down') as down
      from cameras where removed_at is null group by node_id) c using (node_id)
    where n.labels @> jsonb_build_object('channel', $1::text) order by n.node_id`,
};
const EVENTS_BEFORE: Statement = {
  name: "events-before-rollout",
  text: `select node_id as "nodeId", count(*)::int as events from events
    where started_at >= $1 and started_at < $2 group by node_id`,
};
const EVENTS_WITH: Statement = {
  name: "events-with-model",
  text: `select node_id as "nodeId", count(*)::int as events from events
    where started_at >= $1 and model_digest = $2 group by node_id`,
};
const COUNTERS: Statement = {
  name: "statement-counters",
  text: `select cohort, min(counter) as counter from statements
    where digest = $1 and made_at >= $2 group by cohort`,
};

/** Nodes of a channel, with the wave that each belongs to. */
async function readNodes(sql: Sql, channel: string, waves: readonly Wave[]) {
  const rows = await sql.query<NodeRow>(NODES, [channel]);
  return rows.flatMap((row) => {
    const wave = waveOfNode(waves, row.labels);
    return wave === null ? [] : [{ row, wave, facts: factsOf(row) }];
  });
}

/** How the nodes of a channel are before a rollout of it. */
export async function readBaseline(
  sql: Sql,
  channel: string,
  waves: readonly Wave[],
  now: number,
): Promise<Baseline> {
  const nodes = await readNodes(sql, channel, waves);
  const events = await countEvents(sql, EVENTS_BEFORE, [now - BEFORE_MS, now]);
  const baseline: Baseline = { nodes: {}, waves: {} };
  const latencyBefore = ({ latencies }: NodeFacts) => medianLatency(latencies, now - BEFORE_MS);
  for (const [index, { name }] of waves.entries()) {
    const members = nodes.filter(({ wave }) => wave === index);
    baseline.waves[name] = figuresOf(
      members.map(({ row, facts }) => {
        const since = Math.max(now - BEFORE_MS, row.firstSeenAt, row.startedAt ?? 0);
        const until = row.online ? now : row.lastSeenAt;
        const latencyMs = latencyBefore(facts);
        return { facts, latencyMs, events: events.get(row.nodeId) ?? 0, spanMs: until - since };
      }),
    );
    for (const { facts } of members) {
      const { nodeId, camerasDown } = facts;
      baseline.nodes[nodeId] = { latencyMs: latencyBefore(facts), camerasDown };
    }
  }
  return baseline;
}

/** How every node stands to a rollout, by wave, and what its waves show. */
export async function readEvidence(
  sql: Sql,
  rollout: Pick<RolloutRow, "channel" | "waves" | "toDigest" | "startedAt" | "baseline">,
  bounds: Bounds,
  now: number,
): Promise<{ evidence: WaveEvidence[]; nodes: NodeStanding[][] }> {
  const { channel, waves, toDigest, startedAt, baseline } = rollout;
  const members = await readNodes(sql, channel, waves);
  const events = await countEvents(sql, EVENTS_WITH, [startedAt, toDigest]);
  const counters = new Map(
    (await sql.query<{ cohort: string; counter: number }>(COUNTERS, [toDigest, startedAt])).map(
      ({ cohort, counter }) => [cohort, counter],
    ),
  );
  const drift = latencyDrift(
    members.map(({ facts }) => facts),
    rollout,
    baseline.nodes ?? {},
  );
  const nodes: NodeStanding[][] = [];
  const evidence = waves.map((wave, index): WaveEvidence => {
    const mine = members.filter((member) => member.wave === index);
    const standings = mine.map(({ facts }) =>
      standingOf(facts, {
        digest: toDigest,
        waveAt: wave.startedAt,
        counter: counters.get(wave.cohort) ?? null,
        baseline: baseline.nodes?.[facts.nodeId] ?? null,
        drift,
        bounds,
      }),
    );
    nodes.push(standings);
    const running = mine.flatMap(({ row, facts }, at) => {
      const state = standings[at]?.state;
      if (state !== "active" && state !== "unhealthy") return [];
      const since = Math.max(row.report?.since ?? now, wave.startedAt ?? now);
      const until = row.online ? now : row.lastSeenAt;
      const latencyMs = medianLatency(facts.latencies, since + CALM_MS);
      return [{ facts, latencyMs, events: events.get(row.nodeId) ?? 0, spanMs: until - since }];
    });
    const none: Figures = { events: 0, cameraHours: 0, latencyMs: null };
    return {
      wave: wave.name,
      counts: countStates(standings),
      examples: (["rejected", "unhealthy", "silent"] as const).flatMap((state) =>
        standings.filter((standing) => standing.state === state).slice(0, EXAMPLES),
      ),
      current: baseline.waves?.[wave.name] ?? none,
      candidate: figuresOf(running),
    };
  });
  return { evidence, nodes };
}

function figuresOf(
  nodes: readonly {
    facts: NodeFacts;
    latencyMs: number | null;
    events: number;
    spanMs: number;
  }[],
): Figures {
  const latencies = nodes.flatMap(({ latencyMs }) => (latencyMs === null ? [] : [latencyMs]));
  return {
    events: nodes.reduce((sum, { events }) => sum + events, 0),
    cameraHours: nodes.reduce(
      (sum, { facts, spanMs }) => sum + (facts.camerasLive * Math.max(0, spanMs)) / HOUR_MS,
      0,
    ),
    latencyMs: medianOf(latencies),
  };
}

function countStates(standings: readonly NodeStanding[]): Record<NodeState, number> {
  const counts = {
    later: 0,
    away: 0,
    waiting: 0,
    swapping: 0,
    active: 0,
    unhealthy: 0,
    rejected: 0,
    silent: 0,
  };
  for (const { state } of standings) counts[state] += 1;
  return counts;
}

function factsOf(row: NodeRow): NodeFacts {
  const { nodeId, online, lastSeenAt, labels, report, telemetryAt, camerasLive, camerasDown } = row;
  const cameras = row.telemetry?.cameras ?? [];
  return {
    nodeId,
    online,
    lastSeenAt,
    labels,
    runningDigest: row.model?.digest ?? null,
    report,
    telemetryAt,
    latencies: row.latencyAt.map((at, index) => ({ at, ms: row.latencyMs[index] ?? 0 })),
    camerasLive,
    camerasDown,
    camerasStalled: cameras.filter(
      // Told by agents of an earlier version, it is not there.
      ({ fpsIn, uninferredMs = 0 }) => fpsIn > 0 && uninferredMs >= STALLED_MS,
    ).length,
  };
}

async function countEvents(
  sql: Sql,
  statement: Statement,
  values: readonly unknown[],
): Promise<Map<string, number>> {
  const rows = await sql.query<{ nodeId: string; events: number }>(statement, values);
  return new Map(rows.map(({ nodeId, events }) => [nodeId, events]));
}
