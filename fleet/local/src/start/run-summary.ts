import { percentile } from "../probe/live-probe.ts";
import { type CloudCount, compareCounts, type EdgeCount } from "./sequence-count.ts";

/** Totals that the agent tells when it stops. */
export interface AgentTotals {
  framesDecoded: number;
  framesInferred: number;
}

/** The last line of `npm start -- --for …`: measured figures of one run. */
export interface RunSummary {
  /** Cameras of which frames were inferred and shown. */
  cameras: number;
  framesDecoded: number;
  framesInferred: number;
  inferPerSecond: number;
  /** Outbox rows (began, improved, ended) written in this run. */
  eventsCreated: number;
  /** Rows of them that Postgres holds. */
  eventsCommitted: number;
  /** Null where the edge or Postgres could not be asked. */
  lost: number | null;
  duplicates: number | null;
  captureToDisplayMs: { p50: number | null; p95: number | null };
  rssBytes: { edge: number; cloud: number };
}

/** One node's own count and Postgres' count of it; null where they could not be asked. */
export interface NodeCounts {
  edge: EdgeCount | null;
  cloud: CloudCount | null;
}

/** What a run was measured by. */
export interface RunMeasurements {
  cameras: number;
  totals: readonly AgentTotals[];
  seconds: number;
  /** Of every node, when the run began and when it was over. */
  counts: readonly { before: NodeCounts; after: NodeCounts }[];
  latenciesMs: readonly number[];
  rssBytes: { edge: number; cloud: number };
}

/** Puts the figures together; nothing here is assumed. */
export function summarize(run: RunMeasurements): RunSummary {
  const nodes = run.counts.map(ofNode);
  const framesInferred = sum(run.totals.map((totals) => totals.framesInferred));
  return {
    cameras: run.cameras,
    framesDecoded: sum(run.totals.map((totals) => totals.framesDecoded)),
    framesInferred,
    inferPerSecond: round(framesInferred / Math.max(run.seconds, 1), 2),
    eventsCreated: sum(nodes.map(({ created }) => created)),
    eventsCommitted: sum(nodes.map(({ committed }) => committed)),
    lost: knownSum(nodes.map(({ lost }) => lost)),
    duplicates: knownSum(nodes.map(({ duplicates }) => duplicates)),
    captureToDisplayMs: {
      p50: percentile(run.latenciesMs, 0.5),
      p95: percentile(run.latenciesMs, 0.95),
    },
    rssBytes: run.rssBytes,
  };
}

function ofNode({ before, after }: RunMeasurements["counts"][number]) {
  // A new epoch counts from 1 again, so what was before it does not count.
  const sameEpoch = before.edge?.epoch === after.edge?.epoch;
  const compared =
    after.edge === null || after.cloud === null
      ? { lost: null, duplicates: null }
      : compareCounts(after.edge, after.cloud);
  return {
    created: (after.edge?.lastSeq ?? 0) - (sameEpoch ? (before.edge?.lastSeq ?? 0) : 0),
    committed: (after.cloud?.rows ?? 0) - (sameEpoch ? (before.cloud?.rows ?? 0) : 0),
    ...compared,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Null where one of them is not known. */
function knownSum(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>(
    (total, value) => (total === null || value === null ? null : total + value),
    0,
  );
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
