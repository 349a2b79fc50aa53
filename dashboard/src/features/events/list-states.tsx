import { Link } from "@tanstack/react-router";
import { MousePointerClick, Radar } from "lucide-react";
import { EventSkeleton } from "../../event-log/event-summary.tsx";
import { buttonClass } from "../../ui/button.tsx";
import { Kbd } from "../../ui/kbd.tsx";
import { Message } from "../../ui/message.tsx";

const SKELETONS = ["a", "b", "c", "d", "e", "f", "g", "h"];

/** The shape of the list while it is being read. */
export function ListSkeleton() {
  return (
    <div className="min-h-0 flex-1 overflow-hidden">
      {SKELETONS.map((key) => (
        <div key={key} className="border-b">
          <EventSkeleton />
        </div>
      ))}
    </div>
  );
}

/** Stands beside the list until one opens an event. */
export function NothingOpen() {
  return (
    <Message icon={<MousePointerClick />} title="No event is open">
      <p className="leading-7">
        Press <Kbd>J</Kbd> and <Kbd>K</Kbd> to go through the list, <Kbd>/</Kbd> to filter it.
      </p>
    </Message>
  );
}

/** Why the list is empty, and what to do. */
export function NoEvents({ narrowed }: { narrowed: boolean }) {
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
