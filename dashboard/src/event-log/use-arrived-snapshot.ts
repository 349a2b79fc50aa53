import { useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { type EventItem, useTRPC } from "../connection/api.ts";
import { useLiveFeed } from "../connection/use-connection.ts";

/** The feed tells of arrivals; one that was told while the line was down is found by asking. */
const ASK_AGAIN_MS = 15_000;

/** An event's snapshot as the list or detail has it, and whether its picture can be fetched yet. */
export interface ArrivingSnapshot {
  snapshot: EventItem["snapshot"];
  arrived: boolean;
}

/** Watches an event's snapshot until it has arrived. */
export function useArrivedSnapshot(event: EventItem): ArrivingSnapshot {
  const { snapshot } = event;
  const feed = useLiveFeed();
  const told = useSyncExternalStore(
    feed.onArrival,
    () => snapshot !== null && feed.hasArrived(snapshot.sha256),
  );
  const waits = snapshot !== null && snapshot.storedAt === null && !told;
  const { data } = useQuery(
    useTRPC().events.byId.queryOptions(
      { eventId: event.eventId },
      { enabled: waits, refetchInterval: ASK_AGAIN_MS },
    ),
  );
  if (!waits) return { snapshot, arrived: snapshot !== null };
  const found = data?.snapshot ?? null;
  if (found !== null && found.storedAt !== null && found.sha256 === snapshot.sha256)
    return { snapshot: found, arrived: true };
  return { snapshot, arrived: false };
}
