import type { FleetNode } from "../../connection/api.ts";
import { plural } from "../../format/amount.ts";

type DeclaredGap = NonNullable<FleetNode["latestGap"]>;

/** What a declared gap stands for, in few words: "40 rows and 3 snapshots". */
export function gapLoss({ dropped, seq, throughSeq }: DeclaredGap): string {
  const { snapshot = 0, ...kinds } = dropped;
  const rows = Object.values(kinds).reduce((sum, count) => sum + count, 0);
  const parts = [
    ...(rows > 0 ? [plural(rows, "row")] : []),
    ...(snapshot > 0 ? [plural(snapshot, "snapshot")] : []),
  ];
  // Where the node no longer knows the kinds, the stretch that the gap covers is what is missing.
  return parts.length === 0 ? plural(throughSeq - seq + 1, "row") : parts.join(" and ");
}
