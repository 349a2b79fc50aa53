import type { AppRouter } from "@sentinel/cloud/api/router";
import { useMutation, useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useTRPC } from "../../connection/api.ts";

type Outputs = inferRouterOutputs<AppRouter>["rollouts"];

/** A rollout in the history. */
export type RolloutItem = Outputs["list"][number];
/** A rollout with its waves. */
export type RolloutDetail = Outputs["byId"];
/** One wave: thresholds, evidence, nodes. */
export type RolloutWave = RolloutDetail["waves"][number];
/** One node of a wave. */
export type WaveNode = NonNullable<RolloutWave["nodes"]>[number];
/** A channel as of the last good commit. */
export type Channel = Outputs["channels"][number];
/** The fleet's repository. */
export type FleetRepo = NonNullable<Outputs["repo"]>;

/** Figures of the nodes come with their telemetry, which tells no change. */
const LIVE_MS = 3_000;

/** Rollouts, the newest first. */
export function useRollouts() {
  return useQuery(useTRPC().rollouts.list.queryOptions({ limit: 100 }));
}

/** One rollout; `isOpen` asks again and again. */
export function useRollout(rolloutId: string, isOpen: boolean) {
  return useQuery(
    useTRPC().rollouts.byId.queryOptions(
      { rolloutId },
      { refetchInterval: isOpen ? LIVE_MS : false, placeholderData: (last) => last },
    ),
  );
}

/** Channels and what their nodes were told. */
export function useChannels() {
  return useQuery(
    useTRPC().rollouts.channels.queryOptions(undefined, { refetchInterval: LIVE_MS * 5 }),
  );
}

/** The fleet's repository, and why its newest commit was not taken. */
export function useRepo() {
  return useQuery(useTRPC().rollouts.repo.queryOptions());
}

/** Models that may be promoted. */
export function usePromotable() {
  return useQuery(useTRPC().rollouts.promotable.queryOptions());
}

/** What people can do; lists follow by themselves. */
export function useRolloutChanges() {
  const { rollouts } = useTRPC();
  return {
    promote: useMutation(rollouts.promote.mutationOptions()),
    pause: useMutation(rollouts.pause.mutationOptions()),
    resume: useMutation(rollouts.resume.mutationOptions()),
    abort: useMutation(rollouts.abort.mutationOptions()),
  };
}
