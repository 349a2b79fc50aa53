import { shortDigest } from "../../format/amount.ts";
import type { StatusTone } from "../../ui/status-mark.tsx";
import type { RolloutItem, WaveNode } from "./use-rollouts.ts";

/** A rollout's state in a word, and its mark. */
export function stateOf({ state }: Pick<RolloutItem, "state">): {
  tone: StatusTone;
  words: string;
} {
  switch (state) {
    case "running":
      return { tone: "connecting", words: "Under way" };
    case "paused":
      return { tone: "stale", words: "Paused" };
    case "done":
      return { tone: "live", words: "Done" };
    case "aborted":
      return { tone: "unknown", words: "Aborted" };
    case "rolled-back":
      return { tone: "down", words: "Rolled back" };
  }
}

/** True while the rollout can still go on. */
export function isOpen({ state }: Pick<RolloutItem, "state">): boolean {
  return state === "running" || state === "paused";
}

/** States of nodes in the order of a wave's way, with the words of the legend. */
export const NODE_STATES: readonly {
  state: WaveNode["state"];
  tone: StatusTone;
  words: string;
  what: string;
}[] = [
  { state: "active", tone: "live", words: "active", what: "runs the model and is well" },
  { state: "swapping", tone: "connecting", words: "at work", what: "fetches, checks or tries it" },
  { state: "waiting", tone: "info", words: "not yet at it", what: "online, has not begun" },
  { state: "unhealthy", tone: "stale", words: "not well", what: "runs it beyond a bound" },
  { state: "rejected", tone: "down", words: "rejected it", what: "the old model runs on" },
  { state: "silent", tone: "down", words: "silent", what: "fell silent while trying it" },
  { state: "away", tone: "unknown", words: "away", what: "not seen since the wave began" },
  { state: "later", tone: "unknown", words: "later", what: "its wave has not begun" },
];

/** A model as people call it. */
export function modelWords(name: string | null, digest: string | null): string {
  if (digest === null) return "what each node was started with";
  return name ?? shortDigest(digest);
}
