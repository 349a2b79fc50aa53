import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowUp } from "lucide-react";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { EventItem } from "../../connection/api.ts";
import { EVENT_ROW_HEIGHT, EventSkeleton, EventSummary } from "../../event-log/event-summary.tsx";
import { formatCount, plural } from "../../format/amount.ts";
import type { EventSearch } from "./event-search.ts";
import { anchorAt, type ListAnchor, scrollTopFor } from "./list-anchor.ts";

interface EventListProps {
  events: readonly EventItem[];
  search: EventSearch;
  hasOlder: boolean;
  onOlder: () => void;
}

/** Older events are asked for when so many rows are left below. */
const AHEAD = 12;

/** The log, virtualised. New events come on top; whatever one reads or points at does not move. */
export function EventList({ events, search, hasOlder, onOlder }: EventListProps) {
  const scroller = useRef<HTMLElement>(null);
  const anchor = useRef<ListAnchor | null>(null);
  const pointed = useRef(false);
  const [seenTop, setSeenTop] = useState<string | null>(null);
  const rows = useVirtualizer({
    count: events.length + (hasOlder ? 1 : 0),
    getScrollElement: () => scroller.current,
    estimateSize: () => EVENT_ROW_HEIGHT,
    getItemKey: (index) => events[index]?.eventId ?? "older",
    overscan: 8,
  });

  const remember = () => {
    const element = scroller.current;
    if (element === null) return;
    anchor.current = anchorAt(events, element.scrollTop, EVENT_ROW_HEIGHT);
    if (element.scrollTop < EVENT_ROW_HEIGHT / 2) setSeenTop(events[0]?.eventId ?? null);
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when the rows change, and only then
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const reads =
      element.scrollTop > 0 || pointed.current || element.contains(document.activeElement);
    if (reads && anchor.current !== null) {
      const top = scrollTopFor(events, anchor.current, EVENT_ROW_HEIGHT);
      if (top !== null && top !== element.scrollTop) element.scrollTop = top;
    }
    remember();
  }, [events]);

  const selected = events.findIndex(({ eventId }) => eventId === search.event);
  // biome-ignore lint/correctness/useExhaustiveDependencies: follows the selection, not the rows that come
  useEffect(() => {
    if (selected >= 0) rows.scrollToIndex(selected, { align: "auto" });
  }, [search.event]);

  const items = rows.getVirtualItems();
  const lastIndex = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasOlder && lastIndex >= events.length - AHEAD) onOlder();
  }, [hasOlder, lastIndex, events.length, onOlder]);

  const unseen = events.findIndex(({ eventId }) => eventId === seenTop);
  return (
    <div className="relative min-h-0 flex-1">
      {unseen > 0 ? (
        <button
          type="button"
          onClick={() => scroller.current?.scrollTo({ top: 0 })}
          // Over the empty corner below the density strip's class names, where it covers nothing.
          className="absolute -top-[26px] left-2 z-10 inline-flex h-6 items-center gap-1 rounded-full bg-accent-solid px-2.5 text-xs font-medium text-white"
        >
          <ArrowUp aria-hidden="true" className="size-3.5" />
          <span className="sm:hidden">{formatCount(unseen)} new</span>
          <span className="max-sm:hidden">{plural(unseen, "new event")}</span>
        </button>
      ) : null}
      <section
        ref={scroller}
        aria-label="Event log"
        onScroll={remember}
        onPointerEnter={() => {
          pointed.current = true;
        }}
        onPointerLeave={() => {
          pointed.current = false;
        }}
        className="h-full overflow-y-auto [overflow-anchor:none]"
      >
        <ol className="relative" style={{ height: rows.getTotalSize() }}>
          {items.map((item) => {
            const event = events[item.index];
            return (
              <li
                key={item.key}
                data-event-id={event?.eventId}
                className="absolute inset-x-0 top-0 border-b"
                style={{ height: item.size, transform: `translateY(${item.start}px)` }}
              >
                {event === undefined ? (
                  <EventSkeleton />
                ) : (
                  <EventRow
                    event={event}
                    search={search}
                    isFirst={item.index === Math.max(0, selected)}
                  />
                )}
              </li>
            );
          })}
        </ol>
      </section>
    </div>
  );
}

interface EventRowProps {
  event: EventItem;
  search: EventSearch;
  /** The one row that the tab key stops at; J and K move from there. */
  isFirst: boolean;
}

function EventRow({ event, search, isFirst }: EventRowProps) {
  const isOpen = event.eventId === search.event;
  return (
    <Link
      to="/events"
      search={{ ...search, event: event.eventId }}
      replace={search.event !== undefined}
      tabIndex={isFirst ? 0 : -1}
      aria-current={isOpen ? "true" : undefined}
      className="relative block h-full -outline-offset-2 hover:bg-hover aria-[current=true]:bg-selected aria-[current=true]:before:absolute aria-[current=true]:before:inset-y-0 aria-[current=true]:before:left-0 aria-[current=true]:before:w-0.5 aria-[current=true]:before:bg-accent"
    >
      <EventSummary event={event} />
    </Link>
  );
}
