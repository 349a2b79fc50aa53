import type { BlobStore } from "../blobs/blob-store.ts";
import type { Sql, Statement } from "../database/postgres.ts";
import type { DatasetCounts, LeftOut } from "../database/tables/dataset-tables.ts";
import { cloudError } from "../errors.ts";
import { countDataset } from "./count-pictures.ts";
import { refusePictures } from "./dataset-faults.ts";
import type { DatasetManifest, DatasetPicture, Split } from "./dataset-manifest.ts";
import { type BuildInput, type DatasetQuery, MAX_PICTURES } from "./dataset-query.ts";
import { type GoldenPicture, readGoldenPictures } from "./golden-sets.ts";
import { findLookalikes } from "./near-duplicates.ts";
import {
  type Annotation,
  type ReadAnnotations,
  readAnnotations,
  readAnnotationsById,
} from "./read-annotations.ts";
import { splitPictures } from "./split-pictures.ts";
import { findPictures, type PictureFacts } from "./stored-pictures.ts";
import type { LearningSplit } from "./time-blocks.ts";

/** What versions are made from. */
export interface DatasetParts {
  database: Sql;
  /** Where pictures lie. */
  pictures: BlobStore;
}

/** A version before it is one. */
export interface ComposedDataset {
  manifest: DatasetManifest;
  counts: DatasetCounts;
  leftOut: LeftOut;
  blockSeconds: number;
  /** People whose answers are in it, by id. */
  people: { id: string; name: string; pictures: number }[];
}

interface HistoryRow {
  picture: string;
  trained: boolean;
  learnt: boolean;
}

const HISTORY: Statement = {
  name: "splits-before",
  text: `select p.picture, bool_or(p.split = 'train') as trained,
      bool_or(p.split = 'train' and j.dataset_id is not null) as learnt
    from dataset_pictures p left join (
      select distinct dataset_id from training_jobs where state in ('queued', 'running', 'done')
    ) j using (dataset_id)
    where p.picture = any($1) and p.split <> 'golden' group by p.picture`,
};

/**
 * Makes a version of the annotations that hold. Golden pictures, and what looks like them, are never
 * learnt from: they are left out, and where a person named them the whole is refused. `which` pictures
 * are read from the store: those that were never read before are in any case.
 * @throws CodedError DATASET_EMPTY, DATASET_TOO_LARGE, DATASET_PICTURE_UNKNOWN, DATASET_PICTURES_GONE,
 *   DATASET_ANNOTATION_UNSOUND, DATASET_LEAKS, GOLDEN_UNKNOWN, BLOBS_UNREACHABLE.
 */
export async function composeDataset(
  { database, pictures: store }: DatasetParts,
  input: Omit<BuildInput, "name">,
  which: "every" | "unread" = "every",
): Promise<ComposedDataset> {
  const frozen = await readGoldenPictures(database);
  const goldenId = chosenGolden(frozen, input.goldenId);
  const wanted = wantedSplits(input);
  const asked = await readWanted(database, input.query, wanted);
  const ownGolden = frozen.filter((golden) => golden.goldenId === goldenId);
  const goldenAnnotations = await readGolden(database, ownGolden);
  const facts = await soundFacts(database, store, [...asked, ...goldenAnnotations], which);

  const named = new Set([...(input.query.pictures ?? []), ...wanted.keys()]);
  const { learning, goldenLike } = await withoutGolden(asked, facts, frozen, named);
  if (learning.length === 0) {
    const why = goldenLike.length > 0 ? `; ${goldenLike.length} are golden, or look so` : "";
    throw cloudError("DATASET_EMPTY", `no picture answers the query${why}`);
  }
  const before = await splitsBefore(database, learning);
  const { splits, leftOut, conflicts, blockSeconds } = await splitPictures(
    learning.map((annotation) => ({
      ...annotation,
      phash: phashOf(facts, annotation),
      wanted: wanted.get(annotation.picture) ?? null,
      before: before.get(annotation.picture)?.split ?? null,
      learnt: before.get(annotation.picture)?.learnt ?? false,
    })),
    {
      validationShare: input.validationShare,
      blockSeconds: input.blockSeconds ?? null,
      golden: frozen,
    },
  );
  const both = "are wanted in train and in validation, but look the same";
  refusePictures("DATASET_LEAKS", conflicts.flat(), both);

  const goldens = new Set(goldenAnnotations.map(({ picture }) => picture));
  const chosen = [...learning, ...goldenAnnotations].filter(
    ({ picture }) => goldens.has(picture) || splits.has(picture),
  );
  const pictures = chosen
    .map((annotation) => toPicture(annotation, splits.get(annotation.picture) ?? "golden"))
    .sort((a, b) => (a.picture < b.picture ? -1 : 1));
  return {
    manifest: { _type: "dataset", classes: classesOf(pictures), pictures, goldenId },
    counts: countDataset(pictures),
    leftOut: {
      goldenLike: goldenLike.filter((picture) => !goldens.has(picture)),
      otherSplit: leftOut.toSorted(),
    },
    blockSeconds,
    people: peopleOf(chosen),
  };
}

function chosenGolden(
  frozen: readonly GoldenPicture[],
  wanted: string | null | undefined,
): string | null {
  if (wanted === undefined) return frozen[0]?.goldenId ?? null;
  if (wanted === null || frozen.some(({ goldenId }) => goldenId === wanted)) return wanted;
  throw cloudError("GOLDEN_UNKNOWN", `there is no golden set ${wanted}`);
}

function wantedSplits({
  train,
  validation,
}: Pick<BuildInput, "train" | "validation">): Map<string, LearningSplit> {
  const wanted = new Map<string, LearningSplit>(train.map((picture) => [picture, "train"]));
  const both = validation.filter((picture) => wanted.has(picture));
  refusePictures("DATASET_LEAKS", both, "wanted in train and in validation");
  for (const picture of validation) wanted.set(picture, "validation");
  return wanted;
}

/** What the query asks for, and the pictures that were named besides. */
async function readWanted(
  sql: Sql,
  query: DatasetQuery,
  wanted: ReadonlyMap<string, LearningSplit>,
): Promise<Annotation[]> {
  const asked = takeSound(await readAnnotations(sql, query, MAX_PICTURES + 1));
  const found = new Set(asked.map(({ picture }) => picture));
  const others = [...wanted.keys()].filter((picture) => !found.has(picture));
  if (others.length > 0) {
    const rest = { empty: true, pictures: others };
    asked.push(...takeSound(await readAnnotations(sql, rest, MAX_PICTURES + 1)));
    for (const { picture } of asked) found.add(picture);
  }
  const unknown = [...(query.pictures ?? []), ...wanted.keys()].filter((one) => !found.has(one));
  refusePictures("DATASET_PICTURE_UNKNOWN", [...new Set(unknown)], "have no such annotation");
  if (asked.length > MAX_PICTURES) {
    throw cloudError("DATASET_TOO_LARGE", `more than ${MAX_PICTURES} pictures answer the query`);
  }
  return asked;
}

async function readGolden(sql: Sql, golden: readonly GoldenPicture[]): Promise<Annotation[]> {
  if (golden.length === 0) return [];
  const ids = golden.map(({ annotationId }) => annotationId);
  return takeSound(await readAnnotationsById(sql, ids));
}

/** @throws CodedError DATASET_ANNOTATION_UNSOUND. */
export function takeSound({ annotations, unsound }: ReadAnnotations): Annotation[] {
  const [first] = unsound;
  if (first === undefined) return annotations;
  const { annotationId, picture, fault } = first;
  const more = unsound.length > 1 ? `; ${unsound.length - 1} more are unsound` : "";
  const message = `annotation ${annotationId} of picture ${picture}: ${fault}${more}`;
  throw cloudError("DATASET_ANNOTATION_UNSOUND", message);
}

/**
 * Reads the pictures themselves and holds what annotations say of them against it.
 * @throws CodedError DATASET_PICTURES_GONE, DATASET_ANNOTATION_UNSOUND, BLOBS_UNREACHABLE.
 */
export async function soundFacts(
  sql: Sql,
  store: BlobStore,
  annotations: readonly Annotation[],
  which: "every" | "unread" = "every",
): Promise<Map<string, PictureFacts>> {
  const { facts, gone, unreadable } = await findPictures(sql, store, annotations, which);
  refusePictures("DATASET_PICTURES_GONE", gone, "are not in the store, or are other ones");
  refusePictures("DATASET_ANNOTATION_UNSOUND", unreadable, "cannot be read as a JPEG");
  const other = annotations.filter(({ picture, width, height }) => {
    const found = facts.get(picture);
    return found?.width !== width || found.height !== height;
  });
  const names = other.map(({ picture }) => picture);
  refusePictures(
    "DATASET_ANNOTATION_UNSOUND",
    names,
    "have another size than their annotation says",
  );
  return facts;
}

/** Leaves out golden pictures and what looks like them; refuses where a person named one. */
async function withoutGolden(
  asked: readonly Annotation[],
  facts: ReadonlyMap<string, PictureFacts>,
  frozen: readonly GoldenPicture[],
  named: ReadonlySet<string>,
): Promise<{ learning: Annotation[]; goldenLike: string[] }> {
  const goldens = new Set(frozen.map(({ picture }) => picture));
  const alike = await findLookalikes(
    asked.map((annotation) => phashOf(facts, annotation)),
    frozen.map(({ phash }) => phash),
  );
  const isGolden = asked.map(({ picture }, index) => goldens.has(picture) || alike[index] !== null);
  const goldenLike = asked.flatMap(({ picture }, index) => (isGolden[index] ? [picture] : []));
  const leaking = goldenLike.filter((picture) => named.has(picture));
  refusePictures("DATASET_LEAKS", leaking, "are, or look like, pictures of a golden set");
  return { learning: asked.filter((_annotation, index) => !isGolden[index]), goldenLike };
}

async function splitsBefore(
  sql: Sql,
  annotations: readonly Annotation[],
): Promise<Map<string, { split: LearningSplit; learnt: boolean }>> {
  const pictures = annotations.map(({ picture }) => picture);
  const rows = await sql.query<HistoryRow>(HISTORY, [pictures]);
  return new Map(
    rows.map(({ picture, trained, learnt }) => [
      picture,
      { split: trained ? "train" : "validation", learnt },
    ]),
  );
}

function phashOf(facts: ReadonlyMap<string, PictureFacts>, { picture }: Annotation): string {
  return facts.get(picture)?.phash ?? "";
}

/** An annotated picture as a part of a version. */
export function toPicture(annotation: Annotation, split: Split): DatasetPicture {
  const { picture, nodeId, cameraId, capturedAt, width, height, crop, boxes } = annotation;
  const [, , cropWidth, cropHeight] = crop;
  return {
    picture,
    nodeId,
    cameraId,
    capturedAt,
    width,
    height,
    crop,
    frameWidth: frameSide(width, cropWidth),
    frameHeight: frameSide(height, cropHeight),
    annotation: annotation.annotation,
    annotationId: annotation.annotationId,
    split,
    boxes: [...boxes],
  };
}

/** How long a side of the frame is, at the scale of the picture. */
function frameSide(side: number, share: number): number {
  return Math.min(100_000, Math.max(side, Math.round((side * 1_000_000) / share)));
}

function classesOf(pictures: readonly DatasetPicture[]): string[] {
  const names = pictures.flatMap(({ boxes }) => boxes.map(({ className }) => className));
  return [...new Set(names)].sort();
}

function peopleOf(annotations: readonly Annotation[]): ComposedDataset["people"] {
  const people = new Map<string, ComposedDataset["people"][number]>();
  for (const { personId, personName } of annotations) {
    const pictures = (people.get(personId)?.pictures ?? 0) + 1;
    people.set(personId, { id: personId, name: personName, pictures });
  }
  return [...people.values()].sort((a, b) => b.pictures - a.pictures || (a.id < b.id ? -1 : 1));
}
