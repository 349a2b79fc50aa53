import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTRPC } from "../../../connection/api.ts";
import { type Bindings, bindingsOf, ownKeys } from "./key-bindings.ts";

/** The person's keys, and a way to change them; what is changed holds at once. */
export function useBindings() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const { data } = useQuery(trpc.triage.keys.queryOptions());
  const { mutate, error } = useMutation(trpc.triage.setKeys.mutationOptions());
  const bindings = useMemo(() => bindingsOf(data ?? {}), [data]);
  const change = (next: Bindings) => {
    const own = ownKeys(next);
    queryClient.setQueryData(trpc.triage.keys.queryKey(), own);
    mutate(own);
  };
  return { bindings, change, error };
}
