import { canonicalJson } from "@sentinel/protocol/signed-document";
import type { BlobStore } from "../blobs/blob-store.ts";
import type { Postgres, Sql, Statement } from "../database/postgres.ts";
import { storableJson } from "../database/storable-json.ts";
import { cloudError } from "../errors.ts";
import { audit } from "../people/audit.ts";
import { type ComposedDataset, composeDataset } from "./compose-dataset.ts";
import { refusePictures } from "./dataset-faults.ts";
import { datasetIdOf } from "./dataset-manifest.ts";
import type { BuildInput } from "./dataset-query.ts";
import { LOCK_DATASETS, TELL_DATASETS } from "./dataset-statements.ts";
import { readGoldenPictures } from "./golden-sets.ts";
import { findLookalikes } from "./near-duplicates.ts";
import { type TrainingFault, trainingFaultOf } from "./training-fitness.ts";

/** What dataset versions are made from and written to. */
export interface DatasetStores {
  database: Postgres;
  /** Bucket sentinel-clips. */
  pictures: BlobStore;
  /** {@link DATASET_BUCKET}. */
  versions: BlobStore;
}

/** A version that was built, now or before. */
export interface BuiltDataset extends Omit<ComposedDataset, "manifest"> {
  datasetId: string;
  goldenId: string | null;
  /** It was there already: the same answers give the same version. */
  existed: boolean;
}

const INSERT: Statement = {
  name: "insert-dataset-version",
  text: `insert into dataset_versions (dataset_id, name, query, manifest, pictures, boxes, counts,
      block_seconds, left_out, made_at, made_by)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing
    returning dataset_id`,
};
const INSERT_PICTURES: Statement = {
  name: "insert-dataset-pictures",
  text: `insert into dataset_pictures (dataset_id, picture, annotation_id, split)
    select $1, * from unnest($2::text[], $3::uuid[], $4::text[])`,
};
const READ_HASHES: Statement = {
  name: "read-picture-hashes",
  text: "select picture, phash from picture_facts where picture = any($1) order by picture",
};

/** The bucket that manifests lie in. */
export const DATASET_BUCKET = "sentinel-datasets";

/** Where a version's manifest lies: `versions/{id}.json`, whose SHA-256 is the id. */
export function manifestKey(datasetId: string): string {
  return `versions/${datasetId}.json`;
}

/**
 * Builds a version: the same answers give the same one. Its manifest is written to the store first,
 * so that every row has one.
 * @throws CodedError as {@link composeDataset} does.
 */
export async function buildDataset(
  stores: DatasetStores,
  input: BuildInput,
  actor: { id: string; name: string },
): Promise<BuiltDataset> {
  const composed = await composeDataset(stores, input);
  const { manifest, ...rest } = composed;
  const datasetId = datasetIdOf(manifest);
  const bytes = Buffer.from(canonicalJson(manifest), "utf8");
  await stores.versions.write(manifestKey(datasetId), bytes, "application/json");
  const existed = await stores.database.transaction(async (sql) => {
    await sql.query(LOCK_DATASETS, []);
    await refuseFrozenSince(sql, composed);
    return !(await insertVersion(sql, datasetId, composed, input, actor));
  });
  return { ...rest, datasetId, goldenId: manifest.goldenId, existed };
}

/** A golden set may have been frozen while the pictures were read. */
async function refuseFrozenSince(sql: Sql, { manifest }: ComposedDataset): Promise<void> {
  const learning = manifest.pictures.filter(({ split }) => split !== "golden");
  const names = learning.map(({ picture }) => picture);
  const hashes = await sql.query<{ picture: string; phash: string }>(READ_HASHES, [names]);
  const frozen = await readGoldenPictures(sql);
  const alike = await findLookalikes(
    hashes.map(({ phash }) => phash),
    frozen.map(({ phash }) => phash),
  );
  const leaking = hashes.filter((_one, index) => alike[index] !== null);
  const frozenSince = "are, or look like, pictures of a golden set that was frozen meanwhile";
  refusePictures(
    "DATASET_LEAKS",
    leaking.map(({ picture }) => picture),
    frozenSince,
  );
}

async function insertVersion(
  sql: Sql,
  datasetId: string,
  { manifest, counts, leftOut, blockSeconds }: ComposedDataset,
  { name, ...query }: BuildInput,
  actor: { id: string; name: string },
): Promise<boolean> {
  const { pictures } = manifest;
  const boxes = Object.values(counts).reduce((sum, part) => sum + part.boxes, 0);
  const inserted = await sql.query(INSERT, [
    datasetId,
    name,
    storableJson(query),
    storableJson(manifest),
    pictures.length,
    boxes,
    storableJson(counts),
    blockSeconds,
    storableJson(leftOut),
    Date.now(),
    actor.name,
  ]);
  if (inserted.length === 0) return false;
  await sql.query(INSERT_PICTURES, [
    datasetId,
    pictures.map(({ picture }) => picture),
    pictures.map(({ annotationId }) => annotationId),
    pictures.map(({ split }) => split),
  ]);
  const after = { name, query, pictures: pictures.length, boxes };
  await audit(sql, { actor, action: "dataset.build", subject: datasetId, before: null, after });
  await sql.query(TELL_DATASETS, []);
  return true;
}

/** Does all that a build does, but for reading pictures again that were read before, and keeps nothing. */
export async function previewDataset(
  stores: DatasetStores,
  input: Omit<BuildInput, "name">,
): Promise<Omit<BuiltDataset, "existed"> & { trainingFault: TrainingFault | null }> {
  const { manifest, ...rest } = await composeDataset(stores, input, "unread");
  const { goldenId } = manifest;
  const trainingFault = trainingFaultOf(rest.counts);
  return { ...rest, datasetId: datasetIdOf(manifest), goldenId, trainingFault };
}

/** @throws CodedError DATASET_TAMPERED where a manifest is not the one that its id names. */
export function refuseTampered(datasetId: string, found: string): void {
  if (found === datasetId) return;
  throw cloudError("DATASET_TAMPERED", `version ${datasetId} has the contents of ${found}`);
}
