import { isInCohort, type Labels, type Statement } from "@sentinel/protocol/statement";
import type { ChannelFile } from "./channel-file.ts";

/** Nodes that are told the same; each wave of a channel is one. */
export type Cohort = Pick<Statement, "cohort" | "labels" | "exceptLabels">;

/** One wave of a rollout, as it was when the rollout began, and how far it is. */
export interface Wave extends Cohort {
  name: string;
  watchSeconds: number;
  neededShare: number;
  minimumNodes: number;
  /** When its nodes were told of the new model. */
  startedAt: number | null;
  /** Since when enough of its nodes are active and healthy, without a break. */
  enoughSince: number | null;
  endedAt: number | null;
}

/** The waves of a channel: each leaves out the nodes of those before it. */
export function wavesOf({ channel, waves }: Pick<ChannelFile, "channel" | "waves">): Wave[] {
  return waves.map(({ name, labels, watchSeconds, neededShare, minimumNodes }, index) => ({
    name,
    cohort: `${channel}.${name}`,
    labels: { ...labels, channel },
    exceptLabels: waves.slice(0, index).map((before) => ({ ...before.labels, channel })),
    watchSeconds,
    neededShare,
    minimumNodes,
    startedAt: null,
    enoughSince: null,
    endedAt: null,
  }));
}

/** Index of the wave that a node with these labels belongs to; null where it is in none. */
export function waveOfNode(waves: readonly Cohort[], labels: Labels): number | null {
  const index = waves.findIndex((wave) => isInCohort(wave, labels));
  return index < 0 ? null : index;
}
