import type { EventItem } from "../../connection/api.ts";

/** What one is reading: the uppermost row in sight, and how much of it is above the edge. */
export interface ListAnchor {
  eventId: string;
  offset: number;
}

/** The row at the upper edge of the list; null of an empty list. */
export function anchorAt(
  events: readonly EventItem[],
  scrollTop: number,
  rowHeight: number,
): ListAnchor | null {
  const index = Math.min(events.length - 1, Math.max(0, Math.floor(scrollTop / rowHeight)));
  const event = events[index];
  return event === undefined
    ? null
    : { eventId: event.eventId, offset: scrollTop - index * rowHeight };
}

/** Where to scroll so that the anchor stays where it was; null where it left the list. */
export function scrollTopFor(
  events: readonly EventItem[],
  anchor: ListAnchor,
  rowHeight: number,
): number | null {
  const index = events.findIndex(({ eventId }) => eventId === anchor.eventId);
  return index < 0 ? null : index * rowHeight + anchor.offset;
}
