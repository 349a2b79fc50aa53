import { Link } from "@tanstack/react-router";
import { clsx } from "clsx";
import type { ReactNode } from "react";
import { AgeText } from "../../clock/age-text.tsx";
import { useClock } from "../../clock/use-now.ts";
import { cameraKey, type EventItem } from "../../connection/api.ts";
import { formatSpan } from "../../format/age.ts";
import { plural, shortDigest } from "../../format/amount.ts";
import { formatAbsolute, formatMoment } from "../../format/moment.ts";
import { CopyButton } from "../../ui/copy-button.tsx";

const END_REASONS: Record<string, string> = {
  left: "left the picture",
  "camera-down": "the camera went down",
  "agent-stopped": "the agent was stopped",
  "agent-crashed": "the agent crashed",
};

interface FactProps {
  name: string;
  children: ReactNode;
  wide?: boolean;
}

function Fact({ name, children, wide = false }: FactProps) {
  return (
    <div className={clsx("min-w-0", wide && "col-span-2")}>
      <dt className="text-2xs text-faint">{name}</dt>
      <dd className="flex min-h-6 items-center gap-1.5">{children}</dd>
    </div>
  );
}

const LINK = "truncate text-accent underline-offset-2 hover:underline";

interface EventFactsProps {
  event: EventItem;
  /** Null until the detail is read. */
  model: { name: string; digest: string } | null;
}

/** What is known of an event besides its picture. */
export function EventFacts({ event, model }: EventFactsProps) {
  const { nodeId, cameraId } = event;
  const now = useClock().now();
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-3 p-4 sm:grid-cols-4">
      <Fact name="Camera">
        <Link to="/live/$nodeId/$cameraId" params={{ nodeId, cameraId }} className={LINK}>
          {event.cameraName}
        </Link>
      </Fact>
      <Fact name="Node">
        <Link to="/nodes" search={{ node: nodeId }} className={LINK}>
          {nodeId}
        </Link>
      </Fact>
      <Fact name="Began">
        <time
          dateTime={new Date(event.startedAt).toISOString()}
          title={formatAbsolute(event.startedAt)}
        >
          {formatMoment(event.startedAt, now)}
        </time>
        <span className="truncate text-dim">
          <AgeText at={event.startedAt} />
        </span>
      </Fact>
      {event.state === "open" ? (
        <Fact name="Last seen">
          <AgeText at={event.lastAt} />
        </Fact>
      ) : (
        <Fact name="Ended">
          after {formatSpan((event.endedAt ?? event.lastAt) - event.startedAt)}
          <span className="truncate text-dim">
            {END_REASONS[event.endReason ?? ""] ?? event.endReason}
          </span>
        </Fact>
      )}
      <Fact name="Seen in">{plural(event.frames, "frame")}</Fact>
      <Fact name="Other events">
        <Link
          to="/events"
          search={{ camera: [cameraKey(event)], class: [event.className] }}
          className={LINK}
        >
          {event.className} at {event.cameraName}
        </Link>
      </Fact>
      <Fact name="Model" wide>
        <Link
          to="/models"
          search={{ model: event.modelDigest }}
          className={LINK}
          title={event.modelDigest}
        >
          {model === null || model.name === model.digest
            ? shortDigest(event.modelDigest)
            : model.name}
        </Link>
        <span className="text-dim">{shortDigest(event.modelDigest)}</span>
        <CopyButton text={event.modelDigest} what="Model digest" />
      </Fact>
      <Fact name="Event" wide>
        <span className="truncate text-dim" title={event.eventId}>
          {event.eventId}
        </span>
        <CopyButton text={event.eventId} what="Event id" />
      </Fact>
    </dl>
  );
}
