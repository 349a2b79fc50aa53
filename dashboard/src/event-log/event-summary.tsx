import { AgeText } from "../clock/age-text.tsx";
import { useClock } from "../clock/use-now.ts";
import type { EventItem } from "../connection/api.ts";
import { formatSpan } from "../format/age.ts";
import { formatScore } from "../format/amount.ts";
import { formatAbsolute, formatMoment } from "../format/moment.ts";
import { ClassName } from "../picture/class-name.tsx";
import { StatusMark } from "../ui/status-mark.tsx";
import { EventThumb } from "./event-thumb.tsx";

/** Height of a summary with its padding, CSS pixels; the virtualised list counts on it. */
export const EVENT_ROW_HEIGHT = 76;

interface EventSummaryProps {
  event: EventItem;
  /** False where all events are one camera's. */
  showCamera?: boolean;
}

/** Whether the object is still seen, in a word with its shape; how long it was, once it is not. */
function EventState({ event }: { event: EventItem }) {
  if (event.state === "open")
    return (
      <span className="flex items-center gap-1.5 text-ink">
        <StatusMark tone="live" />
        in view
      </span>
    );
  return <span>{formatSpan((event.endedAt ?? event.lastAt) - event.startedAt)}</span>;
}

/** One event in a list: thumb, class, camera, time, score, state. */
export function EventSummary({ event, showCamera = true }: EventSummaryProps) {
  const now = useClock().now();
  return (
    <span className="flex items-center gap-3 px-3 py-2">
      <EventThumb event={event} />
      <span className="grid min-w-0 flex-1 grid-cols-[minmax(0,1fr)_auto] gap-x-3 text-xs text-dim">
        <span className="truncate text-sm font-medium text-ink">
          <ClassName name={event.className} />
        </span>
        <span className="text-right text-sm text-ink" title="Best score of the track">
          {formatScore(event.score)}
        </span>
        <span className="truncate leading-5">
          {showCamera ? event.cameraName : <AgeText at={event.startedAt} />}
        </span>
        <span className="justify-self-end leading-5">
          <EventState event={event} />
        </span>
        <time
          dateTime={new Date(event.startedAt).toISOString()}
          title={formatAbsolute(event.startedAt)}
          className="truncate leading-5"
        >
          {formatMoment(event.startedAt, now)}
        </time>
        {showCamera ? (
          <AgeText at={event.startedAt} className="justify-self-end leading-5" />
        ) : null}
      </span>
    </span>
  );
}

/** The shape of a summary while events are being read. */
export function EventSkeleton() {
  return (
    <span
      aria-hidden="true"
      className="flex items-center gap-3 px-3 py-2"
      style={{ height: EVENT_ROW_HEIGHT }}
    >
      <span className="skeleton h-[60px] w-24 shrink-0" />
      <span className="flex flex-1 flex-col gap-2">
        <span className="skeleton h-3 w-20" />
        <span className="skeleton h-3 w-32" />
        <span className="skeleton h-3 w-24" />
      </span>
    </span>
  );
}
