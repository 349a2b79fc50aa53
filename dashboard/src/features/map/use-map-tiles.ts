import type { AppRouter } from "@sentinel/cloud/api/router";
import { useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useTRPC } from "../../connection/api.ts";

/** What an operator's own map covers. */
export type MapTilesInfo = NonNullable<inferRouterOutputs<AppRouter>["system"]["map"]>;

/** The operator's own map; null where there is none. It stays the same while the cloud runs. */
export function useMapTiles() {
  return useQuery(
    useTRPC().system.map.queryOptions(undefined, { staleTime: Number.POSITIVE_INFINITY }),
  );
}
