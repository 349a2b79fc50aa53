import { medianLatency, medianOf } from "./node-latency.ts";
import { CALM_MS, type NodeFacts } from "./node-standing.ts";

/**
 * How much slower nodes have become that do not run a rollout's model: the median, over those that are online,
 * of their latency since it began by theirs before it; 1 where they are no slower, or none can tell. What slowed
 * them is not the model (a busy host, a busy hour), so that much is not held against it either.
 */
export function latencyDrift(
  nodes: readonly NodeFacts[],
  rollout: { toDigest: string; startedAt: number },
  before: Record<string, { latencyMs: number | null }>,
): number {
  const ratios = nodes.flatMap(({ nodeId, online, runningDigest, latencies }) => {
    if (!online || runningDigest === rollout.toDigest) return [];
    const was = before[nodeId]?.latencyMs ?? null;
    const is = medianLatency(latencies, rollout.startedAt + CALM_MS);
    return was === null || was <= 0 || is === null ? [] : [is / was];
  });
  return Math.max(1, medianOf(ratios) ?? 1);
}
