import type { AppRouter } from "@sentinel/cloud/api/router";
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import { useTRPC } from "../../connection/api.ts";

type Outputs = inferRouterOutputs<AppRouter>["datasets"];
type Inputs = inferRouterInputs<AppRouter>["datasets"];

/** A version in the list. */
export type DatasetSummary = Outputs["list"][number];
/** The facts of a version. */
export type DatasetDetail = Outputs["byId"];
/** What a version holds, part by part. */
export type DatasetCounts = DatasetSummary["counts"];
/** A picture of a version with its boxes. */
export type DatasetPicture = Outputs["pictures"]["pictures"][number];
/** A part of a version. */
export type Split = DatasetPicture["split"];
/** Pictures that no training may touch. */
export type GoldenSet = Outputs["golden"][number];
/** What two versions have not in common. */
export type DatasetDiff = Outputs["diff"];
/** What to build. */
export type BuildWish = Inputs["preview"];
/** What a build comes to. */
export type Preview = Outputs["preview"];
/** What a query can be narrowed to. */
export type QueryChoices = Outputs["choices"];

const PAGE = 60;

/** Versions, the newest first; new ones come by themselves. */
export function useDatasets() {
  return useQuery(useTRPC().datasets.list.queryOptions({ limit: 200 }));
}

/** The facts of one version. */
export function useDataset(datasetId: string) {
  return useQuery(useTRPC().datasets.byId.queryOptions({ datasetId }));
}

/** Pictures of a version, page by page. */
export function usePictures(datasetId: string, filter: { split?: Split; className?: string }) {
  return useInfiniteQuery(
    useTRPC().datasets.pictures.infiniteQueryOptions(
      { datasetId, limit: PAGE, ...filter },
      { getNextPageParam: ({ next }) => next, placeholderData: keepPreviousData },
    ),
  );
}

/** Golden sets, the newest first. */
export function useGoldenSets() {
  return useQuery(useTRPC().datasets.golden.queryOptions());
}

/** What two versions have not in common. */
export function useDiff(before: string, after: string) {
  return useQuery(useTRPC().datasets.diff.queryOptions({ before, after }));
}

/** What a query can be narrowed to. */
export function useChoices() {
  return useQuery(useTRPC().datasets.choices.queryOptions());
}

/** What a build would come to; asked anew when the wish changes. */
export function usePreview(wish: BuildWish) {
  return useQuery(
    useTRPC().datasets.preview.queryOptions(wish, {
      retry: false,
      placeholderData: keepPreviousData,
    }),
  );
}

/** What people can do; the lists follow by themselves. */
export function useDatasetChanges() {
  const trpc = useTRPC();
  return {
    build: useMutation(trpc.datasets.build.mutationOptions()),
    freeze: useMutation(trpc.datasets.freeze.mutationOptions()),
  };
}
