import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "../connection/api.ts";

/** Every node that was ever heard of; figures are read again every few seconds, changes at once. */
export function useNodes() {
  return useQuery(useTRPC().nodes.list.queryOptions(undefined, { refetchInterval: 4_000 }));
}

/** The cameras of every node. */
export function useNodeCameras() {
  return useQuery(useTRPC().cameras.list.queryOptions(undefined, { refetchInterval: 5_000 }));
}
