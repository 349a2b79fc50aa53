import type { Labels } from "@sentinel/protocol/statement";
import type { ModelReport } from "@sentinel/protocol/status";
import type { Bounds } from "./channel-file.ts";
import type { NodeBaseline, NodeStanding } from "./evidence-types.ts";
import { type LatencySample, medianLatency } from "./node-latency.ts";

/** What is known of a node. Times are ms of our clock, but for those of its own report. */
export interface NodeFacts {
  nodeId: string;
  online: boolean;
  lastSeenAt: number;
  labels: Labels;
  /** The model that it says it runs. */
  runningDigest: string | null;
  report: ModelReport | null;
  telemetryAt: number | null;
  /** The oldest first; ten minutes are kept. */
  latencies: readonly LatencySample[];
  camerasLive: number;
  camerasDown: number;
  /** Cameras whose frames come in and are not inferred. */
  camerasStalled: number;
}

/** What a node is held against. */
export interface Yardstick {
  digest: string;
  /** When its wave began; null where it has not yet. */
  waveAt: number | null;
  /** Counter of the statement that named the model to its wave; null where none was issued yet. */
  counter: number | null;
  baseline: NodeBaseline | null;
  /** How much slower nodes became that do not run the model; 1 where they did not. */
  drift: number;
  bounds: Bounds;
}

/** Frames so shortly after a replacement say nothing of the model. */
export const CALM_MS = 10_000;
/** A node that is online is heard every few seconds. */
const QUIET_MS = 30_000;
/** Faster than this is never too slow, whatever the multiple of before: the time between two frames at 5 a second. */
const FAST_MS = 200;
const AT_WORK = ["fetching", "verified", "staged", "warmed", "trial"];
/** From here on the new model may be what silenced the node. */
const IN_ITS_HANDS = ["staged", "warmed", "trial"];

/** How a node stands to the rollout. */
export function standingOf(node: NodeFacts, yardstick: Yardstick): NodeStanding {
  const { nodeId, report } = node;
  const { waveAt, digest, counter } = yardstick;
  const is = (state: NodeStanding["state"], detail: string | null = null): NodeStanding => ({
    nodeId,
    state,
    detail,
  });
  if (waveAt === null || counter === null) return is("later");
  // Only what a node says of this very rollout counts: the model may have been tried before.
  const told =
    report !== null && report.digest === digest && (report.counter ?? 0) >= counter ? report : null;
  if (told === null) {
    return node.online && node.lastSeenAt >= waveAt - QUIET_MS ? is("waiting") : is("away");
  }
  if (told.state === "rejected") return is("rejected", told.fault?.code ?? null);
  if (AT_WORK.includes(told.state)) {
    if (node.online) return is("swapping", told.fault?.code ?? told.state);
    return IN_ITS_HANDS.includes(told.state) ? is("silent", told.state) : is("away");
  }
  if (told.state !== "active" || node.runningDigest !== digest) return is("waiting");
  const why = illnessOf(node, yardstick, Math.max(told.since, waveAt));
  return why === null ? is("active") : is("unhealthy", why);
}

/** Why a node that runs the model is not well; null where it is, or where too little is known. */
function illnessOf(
  node: NodeFacts,
  { baseline, bounds, drift }: Yardstick,
  activeAt: number,
): string | null {
  const { telemetryAt, latencies, camerasDown, camerasStalled } = node;
  if (!node.online || telemetryAt === null || telemetryAt < activeAt + CALM_MS) return null;
  if (camerasStalled > 0) return `frames of ${cameras(camerasStalled)} are not inferred`;
  if (baseline === null) return null;
  if (camerasDown > baseline.camerasDown) {
    return `${cameras(camerasDown)} down, before ${baseline.camerasDown}`;
  }
  const latencyMs = medianLatency(latencies, activeAt + CALM_MS);
  const most = (baseline.latencyMs ?? Number.POSITIVE_INFINITY) * bounds.latencyRatio * drift;
  if (latencyMs !== null && latencyMs > Math.max(most, FAST_MS)) {
    const others = drift > 1 ? ` (nodes without the model: ${drift.toFixed(1)} times before)` : "";
    return `latency ${Math.round(latencyMs)} ms, before ${Math.round(baseline.latencyMs ?? 0)} ms${others}`;
  }
  return null;
}

function cameras(count: number): string {
  return count === 1 ? "1 camera" : `${count} cameras`;
}
