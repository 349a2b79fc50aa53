import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { AgeText } from "../../clock/age-text.tsx";
import { cameraKey, type EventItem } from "../../connection/api.ts";
import { formatSpan } from "../../format/age.ts";
import { plural, shortDigest } from "../../format/amount.ts";
import { formatAbsolute } from "../../format/moment.ts";
import { CopyButton } from "../../ui/copy-button.tsx";

const END_REASONS: Record<string, string> = {
  left: "left the picture",
  "camera-down": "the camera went down",
  "agent-stopped": "the agent was stopped",
  "agent-crashed": "the agent crashed",
};

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-2xs text-faint">{name}</dt>
      <dd className="flex min-h-6 items-center gap-1">{children}</dd>
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
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-3 p-4 sm:grid-cols-3">
      <Fact name="Camera">
        <Link to="/live/$nodeId/$cameraId" params={{ nodeId, cameraId }} className={LINK}>
          {event.cameraName}
        </Link>
      </Fact>
      <Fact name="Began">
        <time dateTime={new Date(event.startedAt).toISOString()}>
          {formatAbsolute(event.startedAt)}
        </time>
      </Fact>
      <Fact name={event.state === "open" ? "Last seen" : "Ended"}>
        {event.state === "open" ? (
          <AgeText at={event.lastAt} />
        ) : (
          `after ${formatSpan((event.endedAt ?? event.lastAt) - event.startedAt)}: ${END_REASONS[event.endReason ?? ""] ?? event.endReason}`
        )}
      </Fact>
      <Fact name="Node">
        <Link to="/nodes" search={{ node: nodeId }} className={LINK}>
          {nodeId}
        </Link>
      </Fact>
      <Fact name="Seen in">{plural(event.frames, "frame")}</Fact>
      <Fact name="Model">
        <span className="truncate" title={event.modelDigest}>
          {model === null || model.name === model.digest ? "" : `${model.name} `}
          <span className="text-dim">{shortDigest(event.modelDigest)}</span>
        </span>
        <CopyButton text={event.modelDigest} what="Model digest" />
      </Fact>
      <Fact name="Other events">
        <Link
          to="/events"
          search={{ camera: [cameraKey(event)], class: [event.className] }}
          className={LINK}
        >
          {event.className} at {event.cameraName}
        </Link>
      </Fact>
      <Fact name="Event">
        <span className="truncate text-dim" title={event.eventId}>
          {event.eventId}
        </span>
        <CopyButton text={event.eventId} what="Event id" />
      </Fact>
    </dl>
  );
}
