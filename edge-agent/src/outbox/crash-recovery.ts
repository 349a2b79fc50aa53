import type { TrackRow } from "@sentinel/protocol/event-batch";
import type { Outbox } from "./outbox.ts";

/**
 * Ends the tracks that were open when the agent died: what was seen last is the last row's frame.
 *
 * @returns how many tracks were ended.
 * @throws OUTBOX_*
 */
export function endCrashedTracks(outbox: Outbox, now: number): number {
  const open = outbox.openTracks();
  for (const row of open) outbox.append({ row: endedRow(row, now), jpeg: null });
  return open.length;
}

function endedRow(row: TrackRow, now: number): TrackRow {
  return {
    ...row,
    kind: "ended",
    createdAt: now,
    endedAt: row.capturedAt,
    endReason: "agent-crashed",
  };
}
