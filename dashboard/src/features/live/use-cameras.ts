import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "../../connection/api.ts";

/** Every camera of every node; figures are read again every few seconds, changes at once. */
export function useCameras() {
  return useQuery(useTRPC().cameras.list.queryOptions(undefined, { refetchInterval: 5_000 }));
}
