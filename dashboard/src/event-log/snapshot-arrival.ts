import type { EventItem } from "../connection/api.ts";

/**
 * Where an event's snapshot is: `none` was ever made, it is still `awaited` from the node, it
 * `arrived`, or it is `gone`: the node no longer has it.
 */
export type SnapshotArrival =
  | { state: "none"; snapshot: null }
  | { state: "awaited" | "arrived" | "gone"; snapshot: NonNullable<EventItem["snapshot"]> };

/**
 * Puts together what is known of a snapshot.
 * @param known as the list or detail has it  @param read as it was last read, which may be newer
 * @param told whether its arrival was told of since the page was opened
 */
export function snapshotArrival(
  known: EventItem["snapshot"],
  read: EventItem["snapshot"],
  told: boolean,
): SnapshotArrival {
  if (known === null) return { state: "none", snapshot: null };
  const same = read?.sha256 === known.sha256 ? read : null;
  if (told || known.storedAt !== null) return { state: "arrived", snapshot: known };
  if (same !== null && same.storedAt !== null) return { state: "arrived", snapshot: same };
  if (same !== null && same.goneAt !== null) return { state: "gone", snapshot: same };
  return { state: known.goneAt === null ? "awaited" : "gone", snapshot: known };
}
