import { boxSchema } from "@sentinel/protocol/box";
import {
  cameraIdSchema,
  nodeIdSchema,
  sha256Schema,
  timestampSchema,
} from "@sentinel/protocol/ids";
import { COCO_CLASS_NAMES } from "@sentinel/protocol/model-io/coco-class-names";
import { v7 as uuid } from "uuid";
import { z } from "zod";
import { personText } from "../api/text-input.ts";
import type { Sql, Statement } from "../database/postgres.ts";
import { storableJson } from "../database/storable-json.ts";
import { audit } from "../people/audit.ts";
import { readSnapshot } from "../snapshots/read-snapshot.ts";
import { snapshotKey } from "../snapshots/snapshot-key.ts";
import type { DatasetStores } from "./build-dataset.ts";
import { refusePictures } from "./dataset-faults.ts";
import { toMillionths } from "./dataset-manifest.ts";
import { LOCK_DATASETS, TELL_DATASETS } from "./dataset-statements.ts";
import { findPictures, type PictureFacts } from "./stored-pictures.ts";

/** Where imported pictures come from: no camera of any node. */
const place = { nodeId: nodeIdSchema.default("import"), cameraId: cameraIdSchema };
const UPLOAD_SECONDS = 600;

export const uploadInputSchema = z.strictObject({
  ...place,
  pictures: z.array(sha256Schema).min(1).max(200),
});

const importedBoxSchema = z.strictObject({
  className: personText(100),
  box: boxSchema.refine(
    ([, , width, height]) => width > 0 && height > 0,
    "a box that is not empty",
  ),
  crowd: z.boolean().default(false),
});
export const importInputSchema = z.strictObject({
  ...place,
  pictures: z
    .array(
      z.strictObject({
        picture: sha256Schema,
        /** What the labels say; null where they say nothing of it. */
        size: z.strictObject({ width: z.int().min(1), height: z.int().min(1) }).nullable(),
        capturedAt: timestampSchema.default(0),
        boxes: z.array(importedBoxSchema).max(500),
      }),
    )
    .min(1)
    .max(200),
});
export type ImportInput = z.output<typeof importInputSchema>;

/** Where a picture is known from. */
interface KnownRow {
  picture: string;
  node_id: string;
  camera_id: string;
  crop: number[];
  captured_at: number;
}

/** A picture that people have answered for, or may be asked about, keeps its place. */
const KNOWN: Statement = {
  name: "known-pictures",
  text: `select distinct on (picture) picture, node_id, camera_id, crop, captured_at from (
      select picture, node_id, camera_id, crop, captured_at, 1 as rank from triage_items
        where picture = any($1)
      union all
      select picture, node_id, camera_id, crop, captured_at, 2 from annotations
        where picture = any($1)
    ) known order by picture, rank, node_id, camera_id`,
};
const NEWEST: Statement = {
  name: "newest-annotations",
  text: `select distinct on (picture) picture, boxes from annotations
    where picture = any($1) and superseded_at is null order by picture, at desc, annotation_id desc`,
};
const SUPERSEDE: Statement = {
  name: "supersede-annotations",
  text: "update annotations set superseded_at = $2 where picture = $1 and superseded_at is null",
};
const INSERT: Statement = {
  name: "import-annotation",
  text: `insert into annotations (annotation_id, node_id, camera_id, picture, width, height, crop,
      captured_at, phash, boxes, verdict, person_id, person_name, at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'import', $11, $12, $13)`,
};

/** Where to put pictures; null where a picture lies there already. */
export async function offerUploads(
  { database, pictures: store }: DatasetStores,
  { nodeId, pictures }: z.output<typeof uploadInputSchema>,
): Promise<{ picture: string; url: string | null }[]> {
  const known = await readKnown(database, pictures);
  const offers: { picture: string; url: string | null }[] = [];
  for (const picture of pictures) {
    const holder = known.get(picture)?.node_id ?? nodeId;
    const { verdict } = await readSnapshot(store, holder, picture);
    const key = snapshotKey(holder, picture);
    const url = verdict === "genuine" ? null : await store.presignPut(key, UPLOAD_SECONDS);
    offers.push({ picture, url });
  }
  return offers;
}

/**
 * Takes labels of uploaded pictures as annotations. What is the same as before is not written again;
 * what differs supersedes it.
 * @throws CodedError DATASET_PICTURES_GONE, IMPORT_PICTURE_INVALID, BLOBS_UNREACHABLE.
 */
export async function importAnnotations(
  stores: DatasetStores,
  input: ImportInput,
  actor: { id: string; name: string },
): Promise<{ imported: number; unchanged: number }> {
  const { database } = stores;
  const names = input.pictures.map(({ picture }) => picture);
  const known = await readKnown(database, names);
  const places = new Map(
    names.map((picture) => [picture, known.get(picture) ?? newPlace(input, picture)]),
  );
  const facts = await readUploaded(stores, input, places);
  return database.transaction(async (sql) => {
    await sql.query(LOCK_DATASETS, []);
    const rows = await sql.query<{ picture: string; boxes: unknown }>(NEWEST, [names]);
    const newest = new Map(rows.map(({ picture, boxes }) => [picture, textOf(boxes)]));
    let imported = 0;
    for (const labelled of input.pictures) {
      const { picture } = labelled;
      const boxes = storedBoxes(labelled.boxes);
      if (newest.get(picture) === textOf(boxes)) continue;
      const found = facts.get(picture) as PictureFacts;
      const at = places.get(picture) as KnownRow;
      const capturedAt = at.captured_at === 0 ? labelled.capturedAt : at.captured_at;
      const now = Date.now();
      await sql.query(SUPERSEDE, [picture, now]);
      const values = [
        uuid(),
        at.node_id,
        at.camera_id,
        picture,
        found.width,
        found.height,
        at.crop,
      ];
      const answer = [capturedAt, found.phash, storableJson(boxes), actor.id, actor.name, now];
      await sql.query(INSERT, [...values, ...answer]);
      imported += 1;
    }
    if (imported > 0) await tellImport(sql, input, imported, actor);
    return { imported, unchanged: names.length - imported };
  });
}

async function tellImport(
  sql: Sql,
  { nodeId, cameraId }: ImportInput,
  pictures: number,
  actor: { id: string; name: string },
): Promise<void> {
  const subject = `${nodeId}/${cameraId}`;
  await audit(sql, { actor, action: "dataset.import", subject, before: null, after: { pictures } });
  await sql.query(TELL_DATASETS, []);
}

/** Reads what was uploaded, and holds it against what the labels say. */
async function readUploaded(
  { database, pictures: store }: DatasetStores,
  input: ImportInput,
  places: ReadonlyMap<string, KnownRow>,
): Promise<Map<string, PictureFacts>> {
  const keys = [...places.values()].map(({ picture, node_id }) => ({ picture, nodeId: node_id }));
  const { facts, gone, unreadable } = await findPictures(database, store, keys);
  refusePictures("DATASET_PICTURES_GONE", gone, "are not in the store, or are other ones");
  refusePictures("IMPORT_PICTURE_INVALID", unreadable, "cannot be read as a JPEG");
  const other = input.pictures.filter(({ picture, size }) => {
    const found = facts.get(picture);
    return size !== null && (found?.width !== size.width || found.height !== size.height);
  });
  refusePictures(
    "IMPORT_PICTURE_INVALID",
    other.map(({ picture }) => picture),
    "have another size than their labels say",
  );
  return facts;
}

async function readKnown(sql: Sql, pictures: readonly string[]): Promise<Map<string, KnownRow>> {
  const rows = await sql.query<KnownRow>(KNOWN, [pictures]);
  return new Map(rows.map((row) => [row.picture, row]));
}

function newPlace({ nodeId, cameraId }: ImportInput, picture: string): KnownRow {
  const whole = { crop: [0, 0, 1, 1], captured_at: 0 };
  return { picture, node_id: nodeId, camera_id: cameraId, ...whole };
}

interface StoredBox {
  classId: number | null;
  className: string;
  box: number[];
  crowd?: true;
}

function storedBoxes(boxes: ImportInput["pictures"][number]["boxes"]): StoredBox[] {
  return boxes.map(({ className, box, crowd }) => {
    const classId = COCO_CLASS_NAMES.indexOf(className);
    return { classId: classId < 0 ? null : classId, className, box, ...(crowd ? { crowd } : {}) };
  });
}

/** Boxes as they can be compared: to the millionth, as versions keep them. */
function textOf(boxes: unknown): string {
  return JSON.stringify(
    (boxes as StoredBox[]).map(({ className, box, crowd }) => [
      className,
      toMillionths(boxSchema.parse(box)),
      crowd === true,
    ]),
  );
}
