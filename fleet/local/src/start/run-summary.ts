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

/** What a run was measured by. */
export interface RunMeasurements {
  cameras: number;
  totals: AgentTotals;
  seconds: number;
  edgeBefore: EdgeCount | null;
  edgeAfter: EdgeCount | null;
  cloudBefore: CloudCount | null;
  cloudAfter: CloudCount | null;
  latenciesMs: readonly number[];
  rssBytes: { edge: number; cloud: number };
}

/** Puts the figures together; nothing here is assumed. */
export function summarize(run: RunMeasurements): RunSummary {
  const { edgeAfter, cloudAfter } = run;
  // A new epoch counts from 1 again, so what was before it does not count.
  const sameEpoch = run.edgeBefore?.epoch === edgeAfter?.epoch;
  const edgeBefore = sameEpoch ? run.edgeBefore : null;
  const cloudBefore = sameEpoch ? run.cloudBefore : null;
  const compared =
    edgeAfter === null || cloudAfter === null
      ? { lost: null, duplicates: null }
      : compareCounts(edgeAfter, cloudAfter);
  return {
    cameras: run.cameras,
    framesDecoded: run.totals.framesDecoded,
    framesInferred: run.totals.framesInferred,
    inferPerSecond: round(run.totals.framesInferred / Math.max(run.seconds, 1), 2),
    eventsCreated: (edgeAfter?.lastSeq ?? 0) - (edgeBefore?.lastSeq ?? 0),
    eventsCommitted: (cloudAfter?.rows ?? 0) - (cloudBefore?.rows ?? 0),
    ...compared,
    captureToDisplayMs: {
      p50: percentile(run.latenciesMs, 0.5),
      p95: percentile(run.latenciesMs, 0.95),
    },
    rssBytes: run.rssBytes,
  };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
