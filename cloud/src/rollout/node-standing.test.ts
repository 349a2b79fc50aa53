import type { ModelReport } from "@sentinel/protocol/status";
import { expect, test } from "vitest";
import { channelFileSchema } from "./channel-file.ts";
import type { NodeState } from "./evidence-types.ts";
import { type NodeFacts, standingOf, type Yardstick } from "./node-standing.ts";

const TO = "a".repeat(64);
const WAVE_AT = 1_000_000;
const yardstick: Yardstick = {
  digest: TO,
  waveAt: WAVE_AT,
  counter: 7,
  baseline: { latencyMs: 100, camerasDown: 1 },
  drift: 1,
  bounds: channelFileSchema.shape.bounds.parse({}),
};

function report(change: Partial<ModelReport> = {}): ModelReport {
  return {
    state: "active",
    since: WAVE_AT + 1_000,
    counter: 7,
    cohort: "stable.rest",
    digest: TO,
    commit: null,
    fetchedBytes: null,
    fault: null,
    staleSince: null,
    lastSwap: null,
    ...change,
  };
}

function node(change: Partial<NodeFacts> = {}): NodeFacts {
  return {
    nodeId: "gate-1",
    online: true,
    lastSeenAt: WAVE_AT + 60_000,
    labels: {},
    runningDigest: TO,
    report: report(),
    telemetryAt: WAVE_AT + 60_000,
    latencies: latencies(900, 150, 150, 150, 150),
    camerasLive: 2,
    camerasDown: 1,
    camerasStalled: 0,
    ...change,
  };
}

/** What it told every ten seconds since it became active. */
function latencies(...told: number[]) {
  return told.map((ms, index) => ({ at: WAVE_AT + (index + 1) * 10_000, ms }));
}

const fault = { code: "MODEL_OUTPUT_NOT_FINITE", message: "NaN" };

test.each<[string, Partial<NodeFacts>, NodeState, string | null]>([
  ["runs it", {}, "active", null],
  ["ran it when last seen", { online: false }, "active", null],
  ["not seen since", { lastSeenAt: WAVE_AT - 30_001, report: null }, "away", null],
  ["seen, and gone before it took it", { online: false, report: null }, "away", null],
  ["an agent that reports nothing", { report: null }, "waiting", null],
  ["still at the model before", { report: report({ digest: "b".repeat(64) }) }, "waiting", null],
  [
    "an older try of the same model",
    { report: report({ counter: 6, state: "rejected", fault }) },
    "waiting",
    null,
  ],
  ["fetches", { report: report({ state: "fetching" }) }, "swapping", "fetching"],
  [
    "fetches against a fault",
    { report: report({ state: "fetching", fault: { code: "MODEL_DISK_FULL", message: "" } }) },
    "swapping",
    "MODEL_DISK_FULL",
  ],
  ["lost while fetching", { online: false, report: report({ state: "fetching" }) }, "away", null],
  ["lost in its trial", { online: false, report: report({ state: "trial" }) }, "silent", "trial"],
  [
    "rejected it",
    { report: report({ state: "rejected", fault }) },
    "rejected",
    "MODEL_OUTPUT_NOT_FINITE",
  ],
  [
    "rejected it and left",
    { online: false, report: report({ state: "rejected", fault }) },
    "rejected",
    "MODEL_OUTPUT_NOT_FINITE",
  ],
  ["says active and runs another", { runningDigest: "b".repeat(64) }, "waiting", null],
  [
    "twice as slow and more, but for a moment",
    { latencies: latencies(0, 201, 201, 201, 90) },
    "unhealthy",
    "latency 201 ms, before 100 ms",
  ],
  ["just within", { latencies: latencies(0, 200, 200, 200) }, "active", null],
  ["slow for a moment", { latencies: latencies(0, 150, 150, 150, 9_000) }, "active", null],
  ["slow, and told too seldom", { latencies: latencies(0, 900, 900) }, "active", null],
  [
    "slow before and right after the swap only",
    { latencies: [{ at: WAVE_AT - 5_000, ms: 900 }, ...latencies(900, 150, 150, 150)] },
    "active",
    null,
  ],
  ["another camera down", { camerasDown: 2 }, "unhealthy", "2 cameras down, before 1"],
  [
    "frames that are not inferred",
    { camerasStalled: 1 },
    "unhealthy",
    "frames of 1 camera are not inferred",
  ],
  [
    "too early to tell",
    { latencies: latencies(900, 900, 900, 900), telemetryAt: WAVE_AT + 5_000 },
    "active",
    null,
  ],
])("%s", (_what, change, state, detail) => {
  expect(standingOf(node(change), yardstick)).toEqual({ nodeId: "gate-1", state, detail });
});

test("a node whose wave has not begun, or was told nothing, comes later", () => {
  expect(standingOf(node(), { ...yardstick, waveAt: null }).state).toBe("later");
  expect(standingOf(node(), { ...yardstick, counter: null }).state).toBe("later");
});

test("without a before nothing but standstill is held against it", () => {
  const fresh = { ...yardstick, baseline: null };
  expect(
    standingOf(node({ latencies: latencies(0, 9_000, 9_000, 9_000), camerasDown: 3 }), fresh).state,
  ).toBe("active");
  expect(standingOf(node({ camerasStalled: 1 }), fresh).state).toBe("unhealthy");
});

test("fast stays fast enough, whatever the multiple", () => {
  const quick = { ...yardstick, baseline: { latencyMs: 10, camerasDown: 1 } };
  expect(standingOf(node({ latencies: latencies(0, 90, 90, 90) }), quick).state).toBe("active");
});

test("what slowed the nodes that do not run the model is not held against it", () => {
  const slow = node({ latencies: latencies(0, 500, 500, 500) });
  expect(standingOf(slow, yardstick)).toMatchObject({
    state: "unhealthy",
    detail: "latency 500 ms, before 100 ms",
  });
  expect(standingOf(slow, { ...yardstick, drift: 4 }).state).toBe("active");
  expect(standingOf(slow, { ...yardstick, drift: 1.5 })).toMatchObject({
    state: "unhealthy",
    detail: "latency 500 ms, before 100 ms (nodes without the model: 1.5 times before)",
  });
});
