import type { Bounds } from "./channel-file.ts";
import type { Wave } from "./cohorts.ts";
import type { Figures, NodeState, WaveEvidence } from "./evidence-types.ts";

/** What a decision is made from. */
export interface Situation {
  state: "running" | "paused";
  /** Why it was paused. */
  why: string;
  /** Index of the wave that is under way. */
  wave: number;
  waves: readonly Wave[];
  /** False where the models from before are unknown, so that there is no way back. */
  canGoBack: boolean;
  /** Why the model may no longer be rolled out, whatever the nodes say; null where it may. */
  stop: string | null;
  /** What was seen of each wave, in their order. */
  evidence: readonly WaveEvidence[];
  bounds: Bounds;
  now: number;
}

/** What comes next, and why, in a sentence for people. */
export type Step =
  | { step: "wait"; enoughSince: number | null; why: string }
  | { step: "widen" | "finish" | "roll-back" | "pause"; why: string };

/** States of nodes that a wave is judged by. */
const SEEN: readonly NodeState[] = [
  "waiting",
  "swapping",
  "active",
  "unhealthy",
  "rejected",
  "silent",
];

/** Decides how a rollout goes on. Pure: the same situation gives the same step. */
export function decideStep(situation: Situation): Step {
  const { waves, wave, evidence, now } = situation;
  const current = waves[wave];
  const seen = evidence[wave];
  if (current === undefined || seen === undefined) {
    return { step: "pause", why: "Paused: the rollout has no such wave." };
  }
  if (situation.state === "paused") {
    return { step: "wait", enoughSince: current.enoughSince, why: situation.why };
  }
  const broken = situation.stop ?? breachOf(situation);
  if (broken !== null) {
    return situation.canGoBack
      ? { step: "roll-back", why: `Rolled back: ${broken}` }
      : {
          step: "pause",
          why: `Paused: ${broken} There is no known model to go back to; promote another one.`,
        };
  }
  const isLast = wave === waves.length - 1;
  const onward = isLast ? "finish" : "widen";
  const missing = missingIn(current, seen, isLast);
  if (missing !== null) return { step: "wait", enoughSince: null, why: missing };
  if (knownIn(seen) === 0) {
    return { step: onward, why: `No node has the labels of wave ${current.name}.` };
  }
  const enoughSince = current.enoughSince ?? now;
  const leftMs = enoughSince + current.watchSeconds * 1000 - now;
  if (leftMs > 0) {
    const why = `${activeWords(seen)} Watches wave ${current.name} for another ${spanWords(leftMs)}.`;
    return { step: "wait", enoughSince, why };
  }
  return { step: onward, why: activeWords(seen) };
}

/** `40 s`, `15 min`, `3 h`: rounded up, so that the sentence changes no more often than it must. */
function spanWords(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds <= 120) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes <= 120 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`;
}

/** The bound that a wave has broken, as a sentence; null where none has. */
function breachOf({ evidence, bounds }: Situation): string | null {
  for (const seen of evidence) {
    const nodes = seenIn(seen);
    for (const [state, most, words] of [
      ["rejected", bounds.rejectedShare, "rejected the model"],
      ["unhealthy", bounds.unhealthyShare, "are not well with the model"],
    ] as const) {
      const count = seen.counts[state];
      if (count === 0 || count <= most * nodes) continue;
      const example = seen.examples.find((node) => node.state === state);
      const of = example === undefined ? "" : ` (${example.nodeId}: ${example.detail ?? state})`;
      const bound = most === 0 ? "None may." : `At most ${percent(most)} may.`;
      const what = count === 1 ? words.replace(/^are /, "is ") : words;
      return `${count} of ${nodesWords(nodes)} in wave ${seen.wave} ${what}${of}. ${bound}`;
    }
    const rate = eventRateOf(seen, bounds);
    if (rate.verdict === "too-few" || rate.verdict === "too-many") {
      const many = rate.verdict === "too-few" ? "fewer" : "more";
      return `wave ${seen.wave} sees far ${many} events: ${perHour(seen.candidate)} per camera-hour, before ${perHour(seen.current)}.`;
    }
  }
  return null;
}

/** How the event rate of a wave compares with before. */
export function eventRateOf(
  { current, candidate }: Pick<WaveEvidence, "current" | "candidate">,
  bounds: Bounds,
): { verdict: "inconclusive" | "within" | "too-few" | "too-many"; ratio: number | null } {
  const before = current.cameraHours === 0 ? 0 : current.events / current.cameraHours;
  const expected = before * candidate.cameraHours;
  const ratio = expected === 0 ? null : candidate.events / expected;
  // Judged where so many were to be expected, or where so many came that should not have.
  const enough = Math.max(expected, candidate.events / bounds.eventRate.most);
  if (ratio === null || enough < bounds.minimumEvents) return { verdict: "inconclusive", ratio };
  if (ratio < bounds.eventRate.least) return { verdict: "too-few", ratio };
  if (ratio > bounds.eventRate.most) return { verdict: "too-many", ratio };
  return { verdict: "within", ratio };
}

/** What a wave still lacks, as a sentence; null where nothing. */
function missingIn(wave: Wave, seen: WaveEvidence, isLast: boolean): string | null {
  const { counts } = seen;
  // Until its statement is signed nobody can have heard of it.
  if (counts.later > 0) return `Tells the nodes of wave ${wave.name}.`;
  const known = knownIn(seen);
  const nodes = seenIn(seen);
  const least = Math.min(wave.minimumNodes, known);
  if (nodes < least) {
    // Nothing comes after the last wave: those that are away take the model when they are back.
    if (isLast && nodes === 0) return null;
    const away = `${counts.away} of ${known} ${counts.away === 1 ? "is" : "are"} away`;
    return `Waits for ${nodesWords(least - nodes)} of wave ${wave.name} to be seen: ${away}. With minimumNodes 0 it would go on without them.`;
  }
  const needed = Math.max(Math.ceil(wave.neededShare * nodes - 1e-9), Math.min(least, nodes));
  const lacking = needed - counts.active;
  if (lacking <= 0) return null;
  const others = [
    [counts.swapping, "at work"],
    [counts.waiting, "not yet at it"],
    [counts.silent, "silent since they began with it"],
    [counts.unhealthy, "not well"],
    [counts.rejected, "rejected it"],
  ] as const;
  const told = others.filter(([count]) => count > 0).map(([count, words]) => `${count} ${words}`);
  return `Waits for ${nodesWords(lacking)} more of wave ${wave.name} to be active and healthy: ${counts.active} of ${nodes} are, ${told.join(", ")}.`;
}

function knownIn({ counts }: WaveEvidence): number {
  return seenIn({ counts }) + counts.away + counts.later;
}

function seenIn({ counts }: Pick<WaveEvidence, "counts">): number {
  return SEEN.reduce((sum, state) => sum + counts[state], 0);
}

function activeWords(seen: WaveEvidence): string {
  const nodes = seenIn(seen);
  const { active, away } = seen.counts;
  if (nodes === 0) {
    return away === 1
      ? `The only node of wave ${seen.wave} is away; it takes the model when it is back.`
      : `All ${away} nodes of wave ${seen.wave} are away; they take the model when they are back.`;
  }
  const rest = away === 0 ? "" : `, ${away} away`;
  const are = active === 1 ? "is" : "are";
  return `${active} of ${nodesWords(nodes)} of wave ${seen.wave} ${are} active and healthy${rest}.`;
}

function nodesWords(count: number): string {
  return count === 1 ? "1 node" : `${count} nodes`;
}

function perHour({ events, cameraHours }: Figures): string {
  return cameraHours === 0 ? "0" : (events / cameraHours).toFixed(1);
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}
