import { useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { type EventItem, useTRPC } from "../connection/api.ts";
import { useLiveFeed } from "../connection/use-connection.ts";
import { type SnapshotArrival, snapshotArrival } from "./snapshot-arrival.ts";

/** The feed tells of arrivals; one that was told while the line was down is found by asking. */
const ASK_AGAIN_MS = 15_000;

/** Watches an event's snapshot until it has arrived, or is known never to. */
export function useArrivedSnapshot({ eventId, snapshot }: EventItem): SnapshotArrival {
  const feed = useLiveFeed();
  const told = useSyncExternalStore(
    feed.onArrival,
    () => snapshot !== null && feed.hasArrived(snapshot.sha256),
  );
  const { data } = useQuery(
    useTRPC().events.byId.queryOptions(
      { eventId },
      {
        enabled: snapshotArrival(snapshot, null, told).state === "awaited",
        refetchInterval: ({ state }) =>
          snapshotArrival(snapshot, state.data?.snapshot ?? null, told).state === "awaited" &&
          ASK_AGAIN_MS,
      },
    ),
  );
  return snapshotArrival(snapshot, data?.snapshot ?? null, told);
}
