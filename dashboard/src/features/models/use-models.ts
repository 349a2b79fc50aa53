import type { AppRouter } from "@sentinel/cloud/api/router";
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useTRPC } from "../../connection/api.ts";

type Outputs = inferRouterOutputs<AppRouter>["models"];

/** One model version. */
export type Model = Outputs["list"][number];
/** One evaluation, without its figures. */
export type EvaluationItem = Outputs["evaluations"][number];
/** One evaluation with its figures. */
export type Evaluation = Outputs["evaluation"];
/** The figures of two models on the same pictures. */
export type Figures = NonNullable<Evaluation["figures"]>;
/** One figure of both. */
export type Compared = Figures["summary"]["AP"];
/** A picture in which they see something else. */
export type ChangedPicture = Figures["changed"][number];
/** What the gate said. */
export type GateReport = NonNullable<EvaluationItem["gate"]>;
/** One of its rules. */
export type GateRule = GateReport["rules"][number];
/** Where a model comes from and what came of it. */
export type Lineage = Outputs["lineage"];
/** How long a node needs for a frame with a model. */
export type NodeLatency = Outputs["latencies"][number];

const PICTURES = 24;
/** Latencies come with telemetry, which tells no change. */
const LATENCY_MS = 15_000;

/** Model versions, the newest first; changes come by themselves. */
export function useModels() {
  return useQuery(useTRPC().models.list.queryOptions());
}

/** Evaluations of a model, the newest first. */
export function useEvaluations(digest: string) {
  return useQuery(useTRPC().models.evaluations.queryOptions({ digest }));
}

/** One evaluation with its figures; asked where there is one. */
export function useEvaluation(evaluationId: string | undefined) {
  return useQuery(
    useTRPC().models.evaluation.queryOptions(
      { evaluationId: evaluationId ?? "" },
      { enabled: evaluationId !== undefined },
    ),
  );
}

/** How long nodes need for a frame with these models. */
export function useLatencies(digests: string[]) {
  return useQuery(
    useTRPC().models.latencies.queryOptions({ digests }, { refetchInterval: LATENCY_MS }),
  );
}

/** Where a model comes from and what came of it. */
export function useLineage(digest: string) {
  return useQuery(useTRPC().models.lineage.queryOptions({ digest }));
}

/** Pictures that a model's line learnt from, page by page. */
export function useLinePictures(digest: string) {
  return useInfiniteQuery(
    useTRPC().models.pictures.infiniteQueryOptions(
      { digest, limit: PICTURES },
      { getNextPageParam: ({ next }) => next, placeholderData: keepPreviousData },
    ),
  );
}

/** Golden sets, the newest first. */
export function useGoldenSets() {
  return useQuery(useTRPC().datasets.golden.queryOptions());
}

/** What people can do; lists follow by themselves. */
export function useModelChanges() {
  const { models } = useTRPC();
  return {
    evaluate: useMutation(models.evaluate.mutationOptions()),
    cancel: useMutation(models.cancelEvaluation.mutationOptions()),
    approve: useMutation(models.approve.mutationOptions()),
    reject: useMutation(models.reject.mutationOptions()),
    revoke: useMutation(models.revoke.mutationOptions()),
  };
}
