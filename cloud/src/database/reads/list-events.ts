import type { Reads } from "../tables.ts";
import { type EventFilter, eventCondition } from "./event-filter.ts";
import { type EventItem, selectEvents, toEventItem } from "./event-item.ts";

/** Where a page ends: the last event's start and id. Both never change, so pages are stable. */
export interface EventCursor {
  startedAt: number;
  eventId: string;
}

/** One page of events, newest start first; `next` is null on the last page. */
export interface EventPage {
  items: EventItem[];
  next: EventCursor | null;
}

/** Reads one page of the events that `filter` means, after `cursor`. */
export async function listEvents(
  db: Reads,
  filter: EventFilter,
  cursor: EventCursor | null,
  limit: number,
): Promise<EventPage> {
  let query = selectEvents(db)
    .where(eventCondition(filter))
    .orderBy("e.started_at", "desc")
    .orderBy("e.event_id", "desc")
    .limit(limit + 1);
  if (cursor !== null) {
    query = query.where((eb) =>
      eb(
        eb.refTuple("e.started_at", "e.event_id"),
        "<",
        eb.tuple(cursor.startedAt, cursor.eventId),
      ),
    );
  }
  const rows = await query.execute();
  const items = rows.slice(0, limit).map(toEventItem);
  const last = items.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items, next: more ? { startedAt: last.startedAt, eventId: last.eventId } : null };
}
