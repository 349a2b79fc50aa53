import type { EventItem } from "../connection/api.ts";

/** Order of the log: the newest start first, ids where two started together. */
function compareEvents(a: EventItem, b: EventItem): number {
  if (a.startedAt !== b.startedAt) return b.startedAt - a.startedAt;
  if (a.eventId === b.eventId) return 0;
  return a.eventId < b.eventId ? 1 : -1;
}

/**
 * The list as read, with what happened since laid over it. The newer state of an event wins; an
 * event that no longer belongs is left out; one that is older than the list reaches is left for the
 * page that it belongs to.
 * @param read the pages as read, newest first  @param live newest known states by event id
 * @param belongs whether a state of an event is within the filter
 * @param reachesEnd true where there are no further pages
 */
export function mergeEvents(
  read: readonly EventItem[],
  live: ReadonlyMap<string, EventItem>,
  belongs: (event: EventItem) => boolean,
  reachesEnd: boolean,
): EventItem[] {
  const merged = new Map<string, EventItem>();
  for (const event of read) {
    const known = merged.get(event.eventId);
    if (known === undefined || known.lastRowId < event.lastRowId) merged.set(event.eventId, event);
  }
  const oldest = read.at(-1);
  for (const [eventId, event] of live) {
    const known = merged.get(eventId);
    if (known === undefined) {
      const inReach = reachesEnd || oldest === undefined || compareEvents(event, oldest) < 0;
      if (inReach && belongs(event)) merged.set(eventId, event);
    } else if (known.lastRowId < event.lastRowId) {
      if (belongs(event)) merged.set(eventId, event);
      else merged.delete(eventId);
    }
  }
  return [...merged.values()].sort(compareEvents);
}
