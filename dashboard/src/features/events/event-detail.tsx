import { useQuery, useQueryClient } from "@tanstack/react-query";
import { SearchX } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { type EventItem, useTRPC } from "../../connection/api.ts";
import { useLiveFeed } from "../../connection/use-connection.ts";
import { formatScore } from "../../format/amount.ts";
import { formatAbsolute } from "../../format/moment.ts";
import { ClassName } from "../../picture/class-name.tsx";
import { Message } from "../../ui/message.tsx";
import { QueryFailed } from "../../ui/query-failed.tsx";
import { StatusMark } from "../../ui/status-mark.tsx";
import { EventFacts } from "./event-facts.tsx";
import { EventHistory } from "./event-history.tsx";
import { SnapshotStage } from "./snapshot-stage.tsx";

interface EventDetailProps {
  eventId: string;
  /** What the list already knows of it, shown until the rest is read. */
  known: EventItem | undefined;
  /** Moves to other events and back to the list. */
  controls: ReactNode;
}

/** One event in full; goes on as the event does. */
export function EventDetail({ eventId, known, controls }: EventDetailProps) {
  const options = useTRPC().events.byId.queryOptions({ eventId });
  const { data, error, refetch } = useQuery(options);
  const queryClient = useQueryClient();
  const feed = useLiveFeed();
  const [path] = options.queryKey;
  useEffect(
    () =>
      feed.onEvent((event) => {
        if (event.eventId === eventId)
          void queryClient.invalidateQueries({ queryKey: [path, { input: { eventId } }] });
      }),
    [feed, queryClient, eventId, path],
  );

  const event = newerOf(data, known);
  if (event === undefined) {
    if (error?.data?.code === "NOT_FOUND" || error?.data?.code === "BAD_REQUEST")
      return (
        <Message icon={<SearchX />} title="There is no such event">
          The address names an event that the cloud does not have.
        </Message>
      );
    if (error !== null)
      return (
        <QueryFailed
          what="The event"
          error={error}
          stillWorks="It is stored; only reading it failed."
          onRetry={() => void refetch()}
        />
      );
    return <DetailSkeleton />;
  }
  return (
    <article
      aria-label={`Event: ${event.className} at ${event.cameraName}`}
      className="flex h-full flex-col"
    >
      <header className="flex h-11 shrink-0 items-center gap-3 border-b px-4">
        <h2 className="min-w-0 text-base font-medium">
          <ClassName name={event.className} />
        </h2>
        <span title="Best score of the track">{formatScore(event.score)}</span>
        <span
          className="hidden truncate text-dim sm:inline"
          title={formatAbsolute(event.startedAt)}
        >
          {event.cameraName}
        </span>
        {event.state === "open" ? (
          <span className="flex items-center gap-1.5 text-xs whitespace-nowrap">
            <StatusMark tone="live" />
            in view
          </span>
        ) : null}
        <span className="ml-auto flex items-center">{controls}</span>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <SnapshotStage key={event.snapshot?.sha256 ?? "none"} event={event} />
        <EventFacts event={event} model={data?.model ?? null} />
        {data === undefined ? (
          <div aria-hidden="true" className="border-y px-3 py-2">
            <div className="skeleton h-24" />
          </div>
        ) : (
          <EventHistory rows={data.rows} />
        )}
      </div>
    </article>
  );
}

function newerOf(read: EventItem | undefined, known: EventItem | undefined): EventItem | undefined {
  if (read === undefined || known === undefined) return read ?? known;
  return known.lastRowId > read.lastRowId ? known : read;
}

function DetailSkeleton() {
  return (
    <div aria-hidden="true" className="flex h-full flex-col">
      <div className="flex h-11 shrink-0 items-center border-b px-4">
        <div className="skeleton h-4 w-40" />
      </div>
      <div className="h-[38dvh] min-h-56 shrink-0 border-b bg-letterbox lg:h-[40dvh]" />
      <div className="p-4">
        <div className="skeleton h-24" />
      </div>
    </div>
  );
}
