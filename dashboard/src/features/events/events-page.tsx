import { useNavigate } from "@tanstack/react-router";
import { clsx } from "clsx";
import { useCallback, useMemo } from "react";
import { useClock } from "../../clock/use-now.ts";
import { useEventLog } from "../../event-log/use-event-log.ts";
import { QueryFailed } from "../../ui/query-failed.tsx";
import { useShortcuts } from "../../ui/use-shortcuts.ts";
import { DensityStrip } from "./density-strip.tsx";
import { niceSpan } from "./density-window.ts";
import { EventControls } from "./event-controls.tsx";
import { EventDetail } from "./event-detail.tsx";
import { EventList } from "./event-list.tsx";
import { type EventSearch, isNarrowed, queryOf } from "./event-search.ts";
import { FilterBar, toggled } from "./filter-bar.tsx";
import { ListSkeleton, NoEvents, NothingOpen } from "./list-states.tsx";

const DEFAULT_SPAN_MS = 3_600_000;

/** The question that an address asks; the open event is not part of it, and "last hour" is counted from here. */
function useFilter(search: EventSearch) {
  const clock = useClock();
  const key = JSON.stringify({ ...search, event: undefined });
  return useMemo(() => queryOf(JSON.parse(key) as EventSearch, clock.now()), [key, clock]);
}

/** The event log beside the event that is open. */
export function EventsPage({ search }: { search: EventSearch }) {
  const navigate = useNavigate();
  const clock = useClock();
  const filter = useFilter(search);
  const { events, error, hasOlder, loadOlder, retry } = useEventLog(filter);
  const go = useCallback(
    (next: EventSearch) => void navigate({ to: "/events", search: next, replace: true }),
    [navigate],
  );
  const change = (part: Partial<EventSearch>) => go({ ...search, ...part });
  const at = events?.findIndex(({ eventId }) => eventId === search.event) ?? -1;
  const move = (step: number) => {
    const next = events?.[at < 0 ? 0 : at + step];
    if (next !== undefined) go({ ...search, event: next.eventId });
  };
  const close = () => go({ ...search, event: undefined });
  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    "/": () => document.querySelector<HTMLElement>("[data-first-filter]")?.focus(),
    Escape: close,
  });

  const oldest = events?.at(-1);
  const listed = events === undefined ? "unread" : "read";
  // The stretch is chosen once for a filter, so that the strip does not jump while one scrolls.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  const spanMs = useMemo(
    () => (oldest === undefined ? DEFAULT_SPAN_MS : niceSpan(oldest.startedAt, clock.now())),
    [filter, listed],
  );
  const controls = (
    <EventControls
      onNewer={at > 0 ? () => move(-1) : undefined}
      onOlder={events !== undefined && at < events.length - 1 ? () => move(1) : undefined}
      onClose={close}
    />
  );

  const isOpen = search.event !== undefined;
  return (
    <div className="flex h-full flex-col">
      <div className={clsx("flex shrink-0 flex-col", isOpen && "max-lg:hidden")}>
        <FilterBar search={search} onChange={change} onClear={() => go({ event: search.event })} />
        <DensityStrip
          filter={filter}
          spanMs={spanMs}
          classes={search.class ?? []}
          onClass={(name) => change({ class: toggled(search.class, name) })}
          onWindow={({ from, to }) => change({ from, to, last: undefined })}
        />
      </div>
      <div className="flex min-h-0 flex-1">
        <div
          className={clsx(
            "flex min-w-0 flex-1 flex-col lg:w-[440px] lg:flex-none lg:border-r",
            isOpen && "max-lg:hidden",
          )}
        >
          {error === null ? null : (
            <QueryFailed
              what="The events"
              error={error}
              stillWorks="They are stored; nodes keep what the cloud cannot take now."
              onRetry={retry}
            />
          )}
          {events === undefined && error === null ? <ListSkeleton /> : null}
          {events?.length === 0 ? <NoEvents narrowed={isNarrowed(search)} /> : null}
          {events === undefined || events.length === 0 ? null : (
            <EventList events={events} search={search} hasOlder={hasOlder} onOlder={loadOlder} />
          )}
        </div>
        <div className={clsx("min-w-0 flex-1", !isOpen && "max-lg:hidden")}>
          {search.event === undefined ? (
            <NothingOpen />
          ) : (
            <EventDetail
              key={search.event}
              eventId={search.event}
              known={events?.[at]}
              controls={controls}
            />
          )}
        </div>
      </div>
    </div>
  );
}
