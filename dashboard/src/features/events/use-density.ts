import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNow } from "../../clock/use-now.ts";
import { type EventDensity, type EventQuery, useTRPC } from "../../connection/api.ts";
import { bucketWindow } from "./density-window.ts";

const BUCKETS = 120;
const REFRESH_MS = 10_000;

/** The stretch of time that the strip shows. */
export interface DensityWindow {
  from: number;
  to: number;
}

/**
 * Counts over time by class, read again as time passes.
 * @param spanMs length of the stretch where `filter` has no bounds of its own
 */
export function useDensity(
  filter: EventQuery,
  spanMs: number,
): { window: DensityWindow; density: EventDensity | undefined; failed: boolean } {
  const now = useNow(REFRESH_MS);
  const window = bucketWindow(filter, spanMs, now, BUCKETS);
  const { data, error } = useQuery(
    useTRPC().events.density.queryOptions(
      { ...filter, ...window, buckets: BUCKETS },
      { placeholderData: keepPreviousData, gcTime: 30_000 },
    ),
  );
  return { window, density: data, failed: error !== null && data === undefined };
}
