import { Link, useNavigate } from "@tanstack/react-router";
import { clsx } from "clsx";
import { ChevronDown, ChevronUp, MousePointerClick, Radar, X } from "lucide-react";
import { useCallback, useMemo } from "react";
import { useClock } from "../../clock/use-now.ts";
import { EventSkeleton } from "../../event-log/event-summary.tsx";
import { useEventLog } from "../../event-log/use-event-log.ts";
import { Button, buttonClass } from "../../ui/button.tsx";
import { Kbd } from "../../ui/kbd.tsx";
import { Message } from "../../ui/message.tsx";
import { QueryFailed } from "../../ui/query-failed.tsx";
import { Tooltip } from "../../ui/tooltip.tsx";
import { useShortcuts } from "../../ui/use-shortcuts.ts";
import { DensityStrip } from "./density-strip.tsx";
import { niceSpan } from "./density-window.ts";
import { EventDetail } from "./event-detail.tsx";
import { EventList } from "./event-list.tsx";
import { type EventSearch, isNarrowed, queryOf } from "./event-search.ts";
import { FilterBar, toggled } from "./filter-bar.tsx";

const SKELETONS = ["a", "b", "c", "d", "e", "f", "g", "h"];
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
    <>
      <Tooltip
        content={
          <>
            Newer <Kbd>K</Kbd>
          </>
        }
      >
        <Button
          variant="ghost"
          size="icon"
          aria-label="Newer event"
          disabled={at === 0}
          onClick={() => move(-1)}
        >
          <ChevronUp />
        </Button>
      </Tooltip>
      <Tooltip
        content={
          <>
            Older <Kbd>J</Kbd>
          </>
        }
      >
        <Button variant="ghost" size="icon" aria-label="Older event" onClick={() => move(1)}>
          <ChevronDown />
        </Button>
      </Tooltip>
      <Button variant="ghost" size="icon" aria-label="Close event" onClick={close}>
        <X />
      </Button>
    </>
  );

  return (
    <div className="flex h-full">
      <div
        className={clsx(
          "flex min-w-0 flex-1 flex-col lg:border-r",
          search.event !== undefined && "max-lg:hidden",
          "lg:w-1/2 lg:max-w-[640px] lg:flex-none xl:w-[46%]",
        )}
      >
        <FilterBar search={search} onChange={change} onClear={() => go({ event: search.event })} />
        <DensityStrip
          filter={filter}
          spanMs={spanMs}
          classes={search.class ?? []}
          onClass={(name) => change({ class: toggled(search.class, name) })}
          onWindow={({ from, to }) => change({ from, to, last: undefined })}
        />
        {error === null ? null : (
          <QueryFailed
            what="The events"
            error={error}
            stillWorks="They are stored; nodes keep what the cloud cannot take now."
            onRetry={retry}
          />
        )}
        {events === undefined && error === null ? (
          <div className="min-h-0 flex-1 overflow-hidden">
            {SKELETONS.map((key) => (
              <div key={key} className="border-b">
                <EventSkeleton />
              </div>
            ))}
          </div>
        ) : null}
        {events?.length === 0 ? <NoEvents narrowed={isNarrowed(search)} /> : null}
        {events === undefined || events.length === 0 ? null : (
          <EventList events={events} search={search} hasOlder={hasOlder} onOlder={loadOlder} />
        )}
      </div>
      <div className={clsx("min-w-0 flex-1", search.event === undefined && "max-lg:hidden")}>
        {search.event === undefined ? (
          <Message icon={<MousePointerClick />} title="No event is open">
            <p className="leading-7">
              Press <Kbd>J</Kbd> and <Kbd>K</Kbd> to go through the list, <Kbd>/</Kbd> to filter it.
            </p>
          </Message>
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
  );
}

function NoEvents({ narrowed }: { narrowed: boolean }) {
  if (narrowed)
    return (
      <Message
        icon={<Radar />}
        title="No event matches these filters"
        action={
          <Link to="/events" search={{}} className={buttonClass()}>
            Clear all filters
          </Link>
        }
      >
        Widen the time, the score or the classes.
      </Message>
    );
  return (
    <Message
      icon={<Radar />}
      title="No events yet"
      action={
        <Link to="/live" className={buttonClass()}>
          Look at the cameras
        </Link>
      }
    >
      An event appears here within a second of the model seeing an object twice. If none comes, see
      whether the cameras are live.
    </Message>
  );
}
