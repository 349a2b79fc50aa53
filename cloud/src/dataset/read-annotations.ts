import { type Box, boxSchema } from "@sentinel/protocol/box";
import { z } from "zod";
import type { Sql, Statement } from "../database/postgres.ts";
import {
  annotationDigest,
  type DatasetBox,
  type DatasetPicture,
  type MillionthBox,
  toMillionths,
} from "./dataset-manifest.ts";
import type { DatasetQuery } from "./dataset-query.ts";

/** An annotation that holds, as a dataset version takes it up. */
export interface Annotation extends Omit<DatasetPicture, "split" | "frameWidth" | "frameHeight"> {
  verdict: string;
  personId: string;
  personName: string;
  at: number;
}

/** An annotation that cannot be taken up, and why. */
export interface UnsoundAnnotation {
  annotationId: string;
  picture: string;
  fault: string;
}

interface AnnotationRow {
  annotation_id: string;
  node_id: string;
  camera_id: string;
  picture: string;
  width: number;
  height: number;
  crop: number[];
  captured_at: number;
  boxes: unknown;
  verdict: string;
  person_id: string;
  person_name: string;
  at: number;
  item_picture: string | null;
  item_node_id: string | null;
}

const COLUMNS = `a.annotation_id, a.node_id, a.camera_id, a.picture, a.width, a.height, a.crop,
  a.captured_at, a.boxes, a.verdict, a.person_id, a.person_name, a.at, i.picture as item_picture,
  i.node_id as item_node_id`;

/** The newest annotation of each picture that holds; only then is asked whether it is wanted. */
const CURRENT: Statement = {
  name: "dataset-annotations",
  text: `select ${COLUMNS} from (
      select distinct on (picture) * from annotations where superseded_at is null
      order by picture, at desc, annotation_id desc
    ) a left join triage_items i on i.item_id = a.item_id
    where a.verdict <> 'duplicate'
      and ($1::text[] is null or a.node_id = any($1))
      and ($2::text[] is null or a.node_id || '/' || a.camera_id = any($2))
      and ($3::text[] is null or a.boxes = '[]' or exists (
        select from jsonb_array_elements(a.boxes) b where b->>'className' = any($3)))
      and ($4 or a.boxes <> '[]')
      and ($5::bigint is null or a.captured_at >= $5)
      and ($6::bigint is null or a.captured_at < $6)
      and ($7::text[] is null or a.person_id = any($7) or a.person_name = any($7))
      and ($8::text[] is null or a.verdict = any($8))
      and ($9::text[] is null or a.picture = any($9))
    order by a.picture limit $10`,
};
const BY_ID: Statement = {
  name: "dataset-annotations-by-id",
  text: `select ${COLUMNS} from annotations a left join triage_items i on i.item_id = a.item_id
    where a.annotation_id = any($1::uuid[]) order by a.picture`,
};

/** What was read: annotations to take up, and those that cannot be. */
export interface ReadAnnotations {
  annotations: Annotation[];
  unsound: UnsoundAnnotation[];
}

/** The annotations that a question asks for, at most `limit`, in the order of their pictures. */
export async function readAnnotations(
  sql: Sql,
  query: DatasetQuery,
  limit: number,
): Promise<ReadAnnotations> {
  const { nodes, cameras, classes, empty, from, to, people, verdicts, pictures } = query;
  const values = [
    nodes ?? null,
    cameras?.map(({ nodeId, cameraId }) => `${nodeId}/${cameraId}`) ?? null,
    classes ?? null,
    empty,
    from ?? null,
    to ?? null,
    people ?? null,
    verdicts ?? null,
    pictures ?? null,
    limit,
  ];
  return soundOf(await sql.query<AnnotationRow>(CURRENT, values));
}

/** These annotations, whether they still hold or not. */
export async function readAnnotationsById(
  sql: Sql,
  annotationIds: readonly string[],
): Promise<ReadAnnotations> {
  return soundOf(await sql.query<AnnotationRow>(BY_ID, [annotationIds]));
}

function soundOf(rows: readonly AnnotationRow[]): ReadAnnotations {
  const read: ReadAnnotations = { annotations: [], unsound: [] };
  for (const row of rows) {
    const fault = faultOf(row);
    if (fault === null) read.annotations.push(toAnnotation(row));
    else read.unsound.push({ annotationId: row.annotation_id, picture: row.picture, fault });
  }
  return read;
}

const boxesSchema = z.array(
  z.object({
    className: z.string().min(1).max(100),
    box: boxSchema.refine(([, , width, height]) => width > 0 && height > 0, "an empty box"),
    crowd: z.literal(true).optional(),
  }),
);

function faultOf(row: AnnotationRow): string | null {
  if (row.item_picture !== null && row.item_picture !== row.picture) {
    return `its question was asked about picture ${row.item_picture}`;
  }
  if (row.item_node_id !== null && row.item_node_id !== row.node_id) {
    return `its question was asked about a picture of node ${row.item_node_id}`;
  }
  const crop = boxSchema.safeParse(row.crop);
  if (!crop.success || crop.data[2] <= 0 || crop.data[3] <= 0) return "its crop is not one";
  const boxes = boxesSchema.safeParse(row.boxes);
  if (boxes.success) return null;
  const [issue] = boxes.error.issues;
  return `boxes${(issue?.path ?? []).map((part) => `[${String(part)}]`).join("")}: ${issue?.message}`;
}

function toAnnotation(row: AnnotationRow): Annotation {
  const crop: MillionthBox = toMillionths(row.crop as Box);
  const boxes: DatasetBox[] = boxesSchema.parse(row.boxes).map(({ className, box, crowd }) => ({
    className,
    box: toMillionths(box),
    ...(crowd === true ? { crowd } : {}),
  }));
  const facts = {
    annotationId: row.annotation_id,
    picture: row.picture,
    width: row.width,
    height: row.height,
    crop,
    boxes,
    verdict: row.verdict,
    personId: row.person_id,
    at: row.at,
  };
  return {
    ...facts,
    annotation: annotationDigest(facts),
    nodeId: row.node_id,
    cameraId: row.camera_id,
    capturedAt: row.captured_at,
    personName: row.person_name,
  };
}
