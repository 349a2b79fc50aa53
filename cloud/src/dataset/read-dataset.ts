import type { DatasetCounts } from "../database/tables/dataset-tables.ts";
import type { Reads } from "../database/tables.ts";
import { refuseTampered } from "./build-dataset.ts";
import { type DatasetManifest, datasetIdOf, datasetManifestSchema } from "./dataset-manifest.ts";

/** A version in a list. */
export interface DatasetSummary {
  datasetId: string;
  name: string;
  pictures: number;
  boxes: number;
  counts: DatasetCounts;
  madeAt: number;
  madeBy: string;
}

const SUMMARY = [
  "dataset_id",
  "name",
  "pictures",
  "boxes",
  "counts",
  "made_at",
  "made_by",
] as const;

/** Versions, the newest first. */
export async function listDatasets(
  reads: Reads,
  { limit, before }: { limit: number; before?: number | undefined },
): Promise<DatasetSummary[]> {
  let query = reads.selectFrom("dataset_versions").select(SUMMARY);
  if (before !== undefined) query = query.where("made_at", "<", before);
  const rows = await query.orderBy("made_at", "desc").orderBy("dataset_id").limit(limit).execute();
  return rows.map(toSummary);
}

/** A row as a version in a list. */
export function toSummary(row: {
  dataset_id: string;
  name: string;
  pictures: number;
  boxes: number;
  counts: DatasetCounts;
  made_at: number;
  made_by: string;
}): DatasetSummary {
  const { dataset_id: datasetId, made_at: madeAt, made_by: madeBy, ...rest } = row;
  const { name, pictures, boxes, counts } = rest;
  return { datasetId, name, pictures, boxes, counts, madeAt, madeBy };
}

/**
 * The manifest of a version; null where there is none of that id.
 * @throws CodedError DATASET_TAMPERED where it is not what its id says.
 */
export async function readDataset(
  reads: Reads,
  datasetId: string,
): Promise<DatasetManifest | null> {
  const row = await reads
    .selectFrom("dataset_versions")
    .select("manifest")
    .where("dataset_id", "=", datasetId)
    .executeTakeFirst();
  if (row === undefined) return null;
  const parsed = datasetManifestSchema.safeParse(row.manifest);
  refuseTampered(datasetId, parsed.success ? datasetIdOf(parsed.data) : "something else");
  return parsed.data ?? null;
}
