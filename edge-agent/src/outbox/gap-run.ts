import type { GapRow, OutboxRow } from "@sentinel/protocol/event-batch";

/** True for a row that may become part of a gap row of the disk budget. */
export function mayJoinGap(row: OutboxRow): boolean {
  return row.kind === "improved" || (row.kind === "gap" && row.reason === "disk-budget");
}

/** The sum of what two gap rows say, by kind. */
export function addDropped(a: GapRow["dropped"], b: GapRow["dropped"]): GapRow["dropped"] {
  const sum = { ...a };
  for (const [kind, rows] of Object.entries(b)) sum[kind] = (sum[kind] ?? 0) + rows;
  return sum;
}
