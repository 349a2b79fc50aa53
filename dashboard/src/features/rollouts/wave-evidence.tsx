import type { ReactNode } from "react";
import { plural } from "../../format/amount.ts";
import { ThresholdBar } from "./threshold-bar.tsx";
import type { RolloutDetail, RolloutWave } from "./use-rollouts.ts";

interface WaveEvidenceProps {
  wave: RolloutWave;
  bounds: RolloutDetail["bounds"];
}

/** What was seen of a wave, each figure against the thresholds of the channel's file. */
export function WaveEvidence({ wave, bounds }: WaveEvidenceProps) {
  const { evidence } = wave;
  if (evidence === null || wave.startedAt === null) return null;
  return (
    <dl className="grid gap-x-8 gap-y-3 @xl:grid-cols-2 @5xl:grid-cols-4">
      <ActiveShare wave={wave} evidence={evidence} />
      <BadShare evidence={evidence} bounds={bounds} />
      <EventRate wave={wave} evidence={evidence} bounds={bounds} />
      <Latency evidence={evidence} bounds={bounds} />
    </dl>
  );
}

type Evidence = NonNullable<RolloutWave["evidence"]>;

function ActiveShare({ wave, evidence }: { wave: RolloutWave; evidence: Evidence }) {
  const nodes = seenIn(evidence);
  const { active } = evidence.counts;
  const share = nodes === 0 ? null : active / nodes;
  return (
    <Line
      name="Active and healthy"
      value={nodes === 0 ? "none seen yet" : `${active} of ${nodes}`}
      bound={`needs ${percent(wave.neededShare)} of those seen`}
    >
      <ThresholdBar
        as="fill"
        value={share}
        good={[wave.neededShare, 1]}
        label={`${active} of ${nodes} nodes, ${percent(wave.neededShare)} needed`}
      />
    </Line>
  );
}

function BadShare({ evidence, bounds }: { evidence: Evidence; bounds: RolloutDetail["bounds"] }) {
  const nodes = seenIn(evidence);
  const { rejected, unhealthy } = evidence.counts;
  const most = Math.max(bounds.rejectedShare, bounds.unhealthyShare);
  return (
    <Line
      name="Rejected or not well"
      value={nodes === 0 ? "–" : `${rejected} rejected, ${unhealthy} not well`}
      bound={
        bounds.rejectedShare === bounds.unhealthyShare
          ? `goes back above ${percent(most)}`
          : `goes back above ${percent(bounds.rejectedShare)} and ${percent(bounds.unhealthyShare)}`
      }
    >
      <ThresholdBar
        as="mark"
        value={nodes === 0 ? null : 0.02 + (0.96 * Math.max(rejected, unhealthy)) / nodes}
        good={[0, 0.03 + 0.96 * most]}
        label={`${rejected} rejected, ${unhealthy} not well, at most ${percent(most)}`}
      />
    </Line>
  );
}

function EventRate({
  wave,
  evidence,
  bounds,
}: {
  wave: RolloutWave;
  evidence: Evidence;
  bounds: RolloutDetail["bounds"];
}) {
  const { least, most } = bounds.eventRate;
  const { current, candidate } = evidence;
  const ratio = wave.eventRate?.ratio ?? null;
  const isJudged = wave.eventRate !== null && wave.eventRate.verdict !== "inconclusive";
  // Multiples are compared on a scale on which half and double are as far from one.
  const scale = Math.log(Math.max(most, 1 / Math.max(least, 0.01)) * 2);
  const place = (multiple: number) => 0.5 + Math.log(Math.max(multiple, 1e-6)) / (2 * scale);
  return (
    <Line
      name="Events per camera-hour"
      value={`${rate(candidate)}, before ${rate(current)}`}
      bound={
        isJudged
          ? `${least} to ${most} times as many`
          : `too few to judge; ${bounds.minimumEvents} must be expected`
      }
    >
      <ThresholdBar
        as="mark"
        value={ratio === null ? null : place(ratio)}
        good={[place(least), place(most)]}
        before={0.5}
        label={`${rate(candidate)} now, ${rate(current)} before, ${least} to ${most} times allowed`}
      />
    </Line>
  );
}

function Latency({ evidence, bounds }: { evidence: Evidence; bounds: RolloutDetail["bounds"] }) {
  const before = evidence.current.latencyMs;
  const now = evidence.candidate.latencyMs;
  const most = bounds.latencyRatio;
  const place = (multiple: number) => multiple / (most * 1.5);
  const ratio = before === null || now === null || before === 0 ? null : now / before;
  return (
    <Line
      name="Latency, median"
      value={`${milliseconds(now)}, before ${milliseconds(before)}`}
      bound={`at most ${most} times a node's own before`}
    >
      <ThresholdBar
        as="mark"
        value={ratio === null ? null : place(ratio)}
        good={[0, place(most)]}
        before={place(1)}
        label={`${milliseconds(now)} now, ${milliseconds(before)} before, at most ${most} times`}
      />
    </Line>
  );
}

function Line(props: { name: string; value: string; bound: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-2xs text-faint">{props.name}</dt>
      <dd className="truncate">{props.value}</dd>
      <dd>{props.children}</dd>
      <dd className="text-xs text-dim">{props.bound}</dd>
    </div>
  );
}

/** Nodes that a wave is judged by: those seen since it began. */
function seenIn({ counts }: Evidence): number {
  const { waiting, swapping, active, unhealthy, rejected, silent } = counts;
  return waiting + swapping + active + unhealthy + rejected + silent;
}

/** How many nodes a wave has, in words. */
export function nodesWords(evidence: Evidence): string {
  const { away, later } = evidence.counts;
  const all = seenIn(evidence) + away + later;
  return away === 0 ? plural(all, "node") : `${plural(all, "node")}, ${away} away`;
}

function rate({ events, cameraHours }: Evidence["current"]): string {
  if (cameraHours === 0) return "–";
  const perHour = events / cameraHours;
  return perHour >= 100 ? String(Math.round(perHour)) : perHour.toFixed(1);
}

function milliseconds(value: number | null): string {
  return value === null ? "–" : `${Math.round(value)} ms`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
