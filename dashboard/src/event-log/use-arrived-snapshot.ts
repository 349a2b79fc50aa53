import { useQuery } from "@tanstack/react-query";
import { type EventItem, useTRPC } from "../connection/api.ts";

/** A snapshot usually arrives within a second or two; one whose node is away may take days. */
const SOON_MS = 1_500;
const LATER_MS = 20_000;
const SOON_FOR_MS = 60_000;

/** An event's snapshot; while it has not arrived, the cloud is asked again until it has. */
export function useArrivedSnapshot(event: EventItem): EventItem["snapshot"] {
  const waits = event.snapshot !== null && event.snapshot.storedAt === null;
  const { data } = useQuery(
    useTRPC().events.byId.queryOptions(
      { eventId: event.eventId },
      {
        enabled: waits,
        refetchInterval: ({ state }) => {
          if (state.data !== undefined && state.data.snapshot?.storedAt !== null) return false;
          return Date.now() - event.lastAt < SOON_FOR_MS ? SOON_MS : LATER_MS;
        },
      },
    ),
  );
  if (!waits || data === undefined || data.lastRowId < event.lastRowId) return event.snapshot;
  return data.snapshot;
}
