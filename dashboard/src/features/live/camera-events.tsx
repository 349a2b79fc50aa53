import { Link } from "@tanstack/react-router";
import { Radar } from "lucide-react";
import { useMemo } from "react";
import { cameraKey } from "../../connection/api.ts";
import { EventSkeleton, EventSummary } from "../../event-log/event-summary.tsx";
import { useEventLog } from "../../event-log/use-event-log.ts";
import { Message } from "../../ui/message.tsx";
import { QueryFailed } from "../../ui/query-failed.tsx";

/** More are one step away, on the page of events. */
const SHOWN = 40;
const SKELETONS = ["a", "b", "c", "d", "e", "f"];

/** The newest events of one camera, as they happen. */
export function CameraEvents({ nodeId, cameraId }: { nodeId: string; cameraId: string }) {
  const filter = useMemo(() => ({ cameras: [{ nodeId, cameraId }] }), [nodeId, cameraId]);
  const { events, error, retry } = useEventLog(filter);
  const camera = [cameraKey({ nodeId, cameraId })];
  return (
    <section aria-labelledby="camera-events" className="flex min-h-0 flex-1 flex-col">
      <header className="flex h-9 shrink-0 items-center border-y px-3">
        <h2 id="camera-events" className="font-medium">
          Events of this camera
        </h2>
        <Link
          to="/events"
          search={{ camera }}
          className="ml-auto text-xs text-accent hover:underline"
        >
          All events
        </Link>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        {error === null ? null : (
          <QueryFailed
            what="The events"
            error={error}
            stillWorks="The picture goes on."
            onRetry={retry}
          />
        )}
        {events === undefined && error === null
          ? SKELETONS.map((key) => <EventSkeleton key={key} />)
          : null}
        {events?.length === 0 ? (
          <Message icon={<Radar />} title="Nothing seen yet">
            An event appears here as soon as the model sees an object twice.
          </Message>
        ) : null}
        <ol>
          {events?.slice(0, SHOWN).map((event) => (
            <li key={event.eventId} data-event-id={event.eventId} className="border-b">
              <Link
                to="/events"
                search={{ camera, event: event.eventId }}
                className="block -outline-offset-2 hover:bg-hover"
              >
                <EventSummary event={event} showCamera={false} />
              </Link>
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}
