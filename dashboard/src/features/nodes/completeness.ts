import type { FleetNode } from "../../connection/api.ts";
import { formatCount, plural } from "../../format/amount.ts";
import type { StatusTone } from "../../ui/status-mark.tsx";

/** What can be said of a node's sequence: how far it is whole, and what is missing. */
export interface Completeness {
  tone: StatusTone;
  /** One sentence. */
  words: string;
  /** Share of the node's rows that are committed, 0..1. */
  share: number;
}

/** More rows than this on their way are not a moment's delay any more. */
const BEHIND_ROWS = 50;

/** Says how far the cloud has a node's rows. A node that is away may have written more since. */
export function completenessOf(
  node: Pick<FleetNode, "lastSeq" | "completeSeq" | "declaredGaps" | "online" | "telemetry">,
): Completeness {
  const last = Math.max(node.lastSeq ?? 0, node.telemetry?.lastSeq ?? 0, node.completeSeq);
  const behind = last - node.completeSeq;
  const share = last === 0 ? 1 : node.completeSeq / last;
  if (!node.online)
    return {
      tone: "unknown",
      words:
        behind === 0
          ? "Everything that it told of is here. What it saw since waits at the node."
          : `${plural(behind, "row")} and what it saw since wait at the node.`,
      share,
    };
  const gaps = node.declaredGaps === 0 ? "no gaps" : `${plural(node.declaredGaps, "declared gap")}`;
  if (behind > BEHIND_ROWS)
    return {
      tone: "stale",
      words: `${formatCount(behind)} rows are on their way, ${gaps}.`,
      share,
    };
  return {
    tone: node.declaredGaps === 0 ? "live" : "stale",
    words:
      behind === 0
        ? `All that it told of is here, ${gaps}.`
        : `${plural(behind, "row")} on their way, ${gaps}.`,
    share,
  };
}
