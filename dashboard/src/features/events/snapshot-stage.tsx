import { ImageOff, LoaderCircle } from "lucide-react";
import { type ReactNode, useCallback, useState } from "react";
import type { EventItem } from "../../connection/api.ts";
import { useArrivedSnapshot } from "../../event-log/use-arrived-snapshot.ts";
import { Button } from "../../ui/button.tsx";
import { SnapshotCanvas } from "./snapshot-canvas.tsx";

function Absent({
  icon,
  title,
  children,
}: {
  icon: ReactNode;
  title: string;
  children: ReactNode;
}) {
  return (
    <div className="absolute inset-0 flex flex-col items-center justify-center gap-1 p-6 text-center scheme-dark">
      <span className="mb-1 text-dim [&_svg]:size-5">{icon}</span>
      <p className="text-base font-medium text-ink">{title}</p>
      <div className="max-w-sm text-dim">{children}</div>
    </div>
  );
}

/** The place of the snapshot: always the same room, whether it has arrived, is awaited or will never be. */
export function SnapshotStage({ event }: { event: EventItem }) {
  const { state, snapshot } = useArrivedSnapshot(event);
  const [failures, setFailures] = useState(0);
  const [failed, setFailed] = useState(false);
  const onError = useCallback(() => setFailed(true), []);
  return (
    <div className="relative h-[38dvh] min-h-56 shrink-0 overflow-hidden border-b bg-letterbox lg:h-[40dvh]">
      {state === "none" ? (
        <Absent icon={<ImageOff />} title="No snapshot">
          {event.nodeId} could not make a picture of this event
          {event.state === "open" ? " so far" : ""}. The event and its history below are whole.
        </Absent>
      ) : state === "gone" ? (
        <Absent icon={<ImageOff />} title="The snapshot was not kept">
          {event.nodeId} no longer has this picture, so it will not arrive. A node drops pictures
          when its disk budget is reached. The event and its history below are whole.
        </Absent>
      ) : state === "awaited" ? (
        <Absent icon={<LoaderCircle />} title="Snapshot not arrived yet">
          The event is safe. Its snapshot is still at {event.nodeId}, which is asked for it again
          every 30 s; it appears here by itself.
        </Absent>
      ) : failed ? (
        <Absent icon={<ImageOff />} title="The snapshot could not be read">
          <p>The event and its history below are whole.</p>
          <Button
            className="mt-3 text-ink"
            onClick={() => {
              setFailed(false);
              setFailures(failures + 1);
            }}
          >
            Try again
          </Button>
        </Absent>
      ) : (
        <SnapshotCanvas key={failures} event={event} snapshot={snapshot} onError={onError} />
      )}
    </div>
  );
}
