import { expect, test } from "vitest";
import { latencyDrift } from "./latency-drift.ts";
import type { NodeFacts } from "./node-standing.ts";

const START = 1_000_000;
const rollout = { toDigest: "a".repeat(64), startedAt: START };
const before = { a: { latencyMs: 100 }, b: { latencyMs: 50 }, c: { latencyMs: 80 } };

/** A node that told the latency four times since the rollout began. */
function node(nodeId: string, ms: number, change: Partial<NodeFacts> = {}): NodeFacts {
  return {
    nodeId,
    online: true,
    lastSeenAt: START,
    labels: {},
    runningDigest: "b".repeat(64),
    report: null,
    telemetryAt: START,
    latencies: [12, 16, 20, 24].map((s) => ({ at: START + s * 1000, ms })),
    camerasLive: 1,
    camerasDown: 0,
    camerasStalled: 0,
    ...change,
  };
}

test("it is the median of what became of the others", () => {
  expect(latencyDrift([node("a", 200), node("b", 300), node("c", 80)], rollout, before)).toBe(2);
});

test("who runs the model, is away, or has no before does not count", () => {
  const nodes = [
    node("a", 900, { runningDigest: rollout.toDigest }),
    node("b", 900, { online: false }),
    node("new", 900),
  ];
  expect(latencyDrift(nodes, rollout, before)).toBe(1);
});

test("others that became faster do not make the bound tighter", () => {
  expect(latencyDrift([node("a", 20)], rollout, before)).toBe(1);
});

test("what was told before the rollout says nothing", () => {
  const old = [1, 2, 3, 4].map((s) => ({ at: START - s * 1000, ms: 900 }));
  expect(latencyDrift([node("a", 0, { latencies: old })], rollout, before)).toBe(1);
});
