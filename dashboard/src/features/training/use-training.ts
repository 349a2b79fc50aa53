import type { AppRouter } from "@sentinel/cloud/api/router";
import { useMutation, useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useTRPC } from "../../connection/api.ts";

type Outputs = inferRouterOutputs<AppRouter>["training"];

/** One training job. */
export type TrainingJob = Outputs["list"][number];
/** Where the loop stands. */
export type LoopState = Outputs["loop"];
/** What a job can be started from. */
export type StartOptions = Outputs["options"];

/** Jobs, the newest first; changes come by themselves. */
export function useJobs() {
  return useQuery(useTRPC().training.list.queryOptions({ limit: 100 }));
}

/** Where the loop stands; answers are counted as they come. */
export function useLoop() {
  return useQuery(useTRPC().training.loop.queryOptions(undefined, { refetchInterval: 3_000 }));
}

/** What a job can be started from. */
export function useStartOptions() {
  return useQuery(useTRPC().training.options.queryOptions());
}

/** What people can change; the lists follow by themselves. */
export function useTrainingChanges() {
  const trpc = useTRPC();
  return {
    start: useMutation(trpc.training.start.mutationOptions()),
    cancel: useMutation(trpc.training.cancel.mutationOptions()),
    setLoop: useMutation(trpc.training.setLoop.mutationOptions()),
  };
}
