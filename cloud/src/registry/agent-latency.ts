import type { Sql, Statement } from "../database/postgres.ts";

/** How long a node needs for a frame with a model, from capture to detections. */
export interface NodeLatency {
  nodeId: string;
  digest: string;
  p50Ms: number;
  p95Ms: number;
  /** When the node told it; ms. */
  at: number;
  /** The node runs the model now. */
  now: boolean;
}

/** Two models on the nodes that ran both. */
export interface AgentLatency {
  nodes: number;
  /** Medians over these nodes, ms. */
  beforeMs: number;
  afterMs: number;
  /** Median of each node's own ratio. */
  ratio: number;
}

const LATENCIES: Statement = {
  name: "latencies-on-nodes",
  text: `select m.node_id as "nodeId", m.digest, m.latency_p50_ms as "p50Ms",
      coalesce(m.latency_p95_ms, m.latency_p50_ms) as "p95Ms", m.latency_at as at,
      coalesce(n.model->>'digest' = m.digest, false) as now
    from node_models m join nodes n using (node_id)
    where m.digest = any($1) and m.latency_p50_ms is not null
    order by m.digest, m.node_id limit 10000`,
};

/** What nodes told of models that they ran; the newest of each. */
export function latenciesOnNodes(sql: Sql, digests: readonly string[]): Promise<NodeLatency[]> {
  return sql.query<NodeLatency>(LATENCIES, [digests]);
}

/** Two models compared on the nodes that ran both; null where none did. */
export function compareOnNodes(
  latencies: readonly NodeLatency[],
  before: string,
  after: string,
): AgentLatency | null {
  const byNode = Map.groupBy(latencies, ({ nodeId }) => nodeId);
  const pairs = [...byNode.values()].flatMap((own) => {
    const [was, is] = [before, after].map((digest) => own.find((one) => one.digest === digest));
    return was === undefined || is === undefined || was.p50Ms <= 0 ? [] : [{ was, is }];
  });
  if (pairs.length === 0) return null;
  return {
    nodes: pairs.length,
    beforeMs: medianOf(pairs.map(({ was }) => was.p50Ms)),
    afterMs: medianOf(pairs.map(({ is }) => is.p50Ms)),
    ratio: medianOf(pairs.map(({ was, is }) => is.p50Ms / was.p50Ms)),
  };
}

/** What the nodes that run a model need for a frame, in the middle; null where none told. */
export function medianOnNodes(
  latencies: readonly NodeLatency[],
  digest: string,
): { nodes: number; p50Ms: number } | null {
  const own = latencies.filter((one) => one.digest === digest);
  return own.length === 0
    ? null
    : { nodes: own.length, p50Ms: medianOf(own.map(({ p50Ms }) => p50Ms)) };
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
