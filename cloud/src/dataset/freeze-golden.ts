import { documentDigest } from "@sentinel/protocol/signed-document";
import type { Sql, Statement } from "../database/postgres.ts";
import { cloudError } from "../errors.ts";
import { audit } from "../people/audit.ts";
import type { DatasetStores } from "./build-dataset.ts";
import { soundFacts, takeSound } from "./compose-dataset.ts";
import { refusePictures } from "./dataset-faults.ts";
import type { Split } from "./dataset-manifest.ts";
import { type DatasetQuery, MAX_PICTURES } from "./dataset-query.ts";
import { LOCK_DATASETS, TELL_DATASETS } from "./dataset-statements.ts";
import { findLookalikes } from "./near-duplicates.ts";
import { type Annotation, readAnnotations, readAnnotationsById } from "./read-annotations.ts";
import type { PictureFacts } from "./stored-pictures.ts";
import {
  heldBlocks,
  homeOf,
  type LearningSplit,
  lengthsFrom,
  type TimedPicture,
} from "./time-blocks.ts";

/** What to freeze: the answers to a query, or pictures of a version. */
export interface FreezeInput {
  name: string;
  query?: DatasetQuery | undefined;
  dataset?: { datasetId: string; splits: Split[] } | undefined;
}

/** A picture of a version that a job has learnt from. */
interface KnownPicture extends TimedPicture {
  split: LearningSplit;
  phash: string;
  /** Lengths of blocks of the versions that it is in, in seconds. */
  longest: number;
  shortest: number;
}

const OF_DATASET: Statement = {
  name: "annotations-to-freeze",
  text: `select annotation_id from dataset_pictures where dataset_id = $1 and split = any($2)
    order by picture`,
};
/** Pictures of versions that a job has learnt from, or is about to. */
const LEARNT: Statement = {
  name: "pictures-of-learnt-versions",
  text: `select p.picture, p.split, min(f.phash) as phash, max(d.block_seconds) as longest,
      min(d.block_seconds) as shortest, coalesce(min(a.node_id), '') as "nodeId",
      coalesce(min(a.camera_id), '') as "cameraId", coalesce(min(a.captured_at), 0) as "capturedAt"
    from dataset_pictures p join dataset_versions d using (dataset_id)
      join picture_facts f using (picture) left join annotations a using (annotation_id)
    where p.split in ('train', 'validation') and exists (
      select from training_jobs j where j.dataset_id = p.dataset_id
        and j.state in ('queued', 'running', 'done'))
    group by p.picture, p.split order by p.picture`,
};
const INSERT: Statement = {
  name: "insert-golden-set",
  text: `insert into golden_sets (golden_id, name, frozen_at, frozen_by) values ($1, $2, $3, $4)
    on conflict do nothing returning golden_id`,
};
const INSERT_PICTURES: Statement = {
  name: "insert-golden-pictures",
  text: `insert into golden_pictures (golden_id, picture, annotation_id, phash)
    select $1, * from unnest($2::text[], $3::uuid[], $4::text[])`,
};

/**
 * Freezes pictures and what people said of them: no training will touch one of them, nor one that
 * looks like it; none has touched one until now, or its neighbours in time. The same pictures and
 * answers are the same set.
 * @throws CodedError DATASET_EMPTY, DATASET_TOO_LARGE, DATASET_PICTURES_GONE,
 *   DATASET_ANNOTATION_UNSOUND, DATASET_LEAKS.
 */
export async function freezeGolden(
  stores: DatasetStores,
  input: FreezeInput,
  actor: { id: string; name: string },
): Promise<{ goldenId: string; pictures: number; existed: boolean }> {
  const { database } = stores;
  const annotations = await readFrozen(database, input);
  if (annotations.length === 0) throw cloudError("DATASET_EMPTY", "there is no picture to freeze");
  if (annotations.length > MAX_PICTURES) {
    throw cloudError("DATASET_TOO_LARGE", `more than ${MAX_PICTURES} pictures would be frozen`);
  }
  const facts = await soundFacts(database, stores.pictures, annotations);
  const goldenId = goldenIdOf(annotations);
  const existed = await database.transaction(async (sql) => {
    await sql.query(LOCK_DATASETS, []);
    await refuseLearnt(sql, annotations, facts);
    const row = [goldenId, input.name, Date.now(), actor.name];
    if ((await sql.query(INSERT, row)).length === 0) return true;
    await sql.query(INSERT_PICTURES, [
      goldenId,
      annotations.map(({ picture }) => picture),
      annotations.map(({ annotationId }) => annotationId),
      annotations.map(({ picture }) => facts.get(picture)?.phash ?? ""),
    ]);
    const after = { name: input.name, pictures: annotations.length };
    await audit(sql, { actor, action: "golden.freeze", subject: goldenId, before: null, after });
    await sql.query(TELL_DATASETS, []);
    return false;
  });
  return { goldenId, pictures: annotations.length, existed };
}

async function readFrozen(sql: Sql, { query, dataset }: FreezeInput): Promise<Annotation[]> {
  if (dataset === undefined) {
    const wanted = query ?? { empty: true };
    return takeSound(await readAnnotations(sql, wanted, MAX_PICTURES + 1));
  }
  const { datasetId, splits } = dataset;
  const rows = await sql.query<{ annotation_id: string }>(OF_DATASET, [datasetId, splits]);
  const ids = rows.map(({ annotation_id }) => annotation_id);
  return takeSound(await readAnnotationsById(sql, ids));
}

/** The id of a golden set: the SHA-256 of its pictures and answers in canonical JSON. */
function goldenIdOf(annotations: readonly Annotation[]): string {
  const pictures = annotations
    .map(({ picture, annotation }) => ({ picture, annotation }))
    .sort((a, b) => (a.picture < b.picture ? -1 : 1));
  return documentDigest({ _type: "golden", pictures });
}

/**
 * What was learnt from cannot tell how good a model is, nor can what looks like it or was taken beside
 * it: what a version would put into the part that is learnt from.
 */
async function refuseLearnt(
  sql: Sql,
  annotations: readonly Annotation[],
  facts: ReadonlyMap<string, PictureFacts>,
): Promise<void> {
  const known = await sql.query<KnownPicture>(LEARNT, []);
  const learnt = known.filter(({ split }) => split === "train");
  const alike = await findLookalikes(
    annotations.map(({ picture }) => facts.get(picture)?.phash ?? ""),
    learnt.map(({ phash }) => phash),
  );
  const leaking = annotations.filter((_annotation, index) => alike[index] !== null);
  refusePictures(
    "DATASET_LEAKS",
    leaking.map(({ picture }) => picture),
    "are, or look like, pictures that a model has learnt from",
  );
  const lengths = lengthsOf(known);
  const held = heldBlocks(
    known.map((one) => [one, one.split]),
    lengths,
  );
  const beside = annotations.filter((one) => homeOf(one, lengths, held).part === "train");
  refusePictures(
    "DATASET_LEAKS",
    beside.map(({ picture }) => picture),
    `taken by the same camera in the same block of time (${lengths[0] ?? 0} s) as pictures that a model has learnt from`,
  );
}

/** Blocks that versions were split by, the longest first. */
function lengthsOf(known: readonly KnownPicture[]): number[] {
  const used = new Set(known.flatMap(({ longest, shortest }) => [longest, shortest]));
  const lengths = new Set([...lengthsFrom(Math.max(0, ...used)), ...used]);
  return [...lengths].sort((a, b) => b - a);
}
