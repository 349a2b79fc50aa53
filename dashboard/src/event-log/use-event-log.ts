import { useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { type EventItem, type EventQuery, useTRPC } from "../connection/api.ts";
import { useFeedReady } from "../connection/use-connection.ts";
import { useStandingError } from "../ui/use-standing-error.ts";
import { matchesFilter } from "./event-filter.ts";
import { mergeEvents } from "./merge-events.ts";
import { useLiveOverlay } from "./use-live-overlay.ts";

const PAGE_SIZE = 60;
/** While there is no answer at all the cloud is asked again this often. */
const RETRY_MS = 5_000;

/** The event log as it stands and goes on; `events` is undefined until the first page is read. */
export interface EventLog {
  events: readonly EventItem[] | undefined;
  error: { message: string } | null;
  hasOlder: boolean;
  loadingOlder: boolean;
  loadOlder: () => void;
  retry: () => void;
}

/** The narrowed event log: pages on demand, and what happens from now on. */
export function useEventLog(filter: EventQuery): EventLog {
  const feedReady = useFeedReady();
  const trpc = useTRPC();
  const query = useInfiniteQuery(
    trpc.events.list.infiniteQueryOptions(
      { ...filter, limit: PAGE_SIZE },
      {
        getNextPageParam: (page) => page.nextCursor,
        enabled: feedReady,
        refetchInterval: ({ state }) => (state.data === undefined ? RETRY_MS : false),
      },
    ),
  );
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = query;
  const error = useStandingError(query);
  const retry = useCallback(() => void refetch(), [refetch]);
  const overlay = useLiveOverlay(retry);
  const events = useMemo(() => {
    if (data === undefined) return undefined;
    const read = data.pages.flatMap((page) => page.items);
    return mergeEvents(read, overlay, (event) => matchesFilter(event, filter), !hasNextPage);
  }, [data, overlay, filter, hasNextPage]);
  return {
    events,
    error,
    hasOlder: hasNextPage,
    loadingOlder: isFetchingNextPage,
    loadOlder: () => {
      if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
    },
    retry,
  };
}
