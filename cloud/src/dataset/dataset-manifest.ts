import type { Box } from "@sentinel/protocol/box";
import { sha256Schema } from "@sentinel/protocol/ids";
import { documentDigest } from "@sentinel/protocol/signed-document";
import { z } from "zod";

/** Fractions are kept as whole millionths: canonical JSON knows no fractions. */
export const MILLION = 1_000_000;

const millionths = z.int().min(0).max(MILLION);
/** `[x, y, width, height]` in millionths. */
export const millionthBoxSchema = z.tuple([millionths, millionths, millionths, millionths]);
export type MillionthBox = z.infer<typeof millionthBoxSchema>;

const side = z.int().min(1).max(100_000);

/** Which part of a dataset a picture belongs to; no training sees the golden ones. */
export const splitSchema = z.enum(["train", "validation", "golden"]);
export type Split = z.infer<typeof splitSchema>;

const datasetBoxSchema = z.object({
  className: z.string().min(1).max(100),
  /** Of the picture, not of the frame. */
  box: millionthBoxSchema,
  /** Stands for many things at once (`iscrowd` of COCO): not to be learnt from, nor counted. */
  crowd: z.literal(true).optional(),
});
export type DatasetBox = z.infer<typeof datasetBoxSchema>;

export const datasetPictureSchema = z.object({
  /** SHA-256 of the JPEG. */
  picture: sha256Schema,
  nodeId: z.string(),
  cameraId: z.string(),
  /** ms; 0 where it is not known, as of imported pictures. */
  capturedAt: z.int().min(0),
  width: side,
  height: side,
  /** Where the picture lies in its frame. */
  crop: millionthBoxSchema,
  frameWidth: side,
  frameHeight: side,
  /** {@link annotationDigest} of what a person said. */
  annotation: sha256Schema,
  annotationId: z.uuid(),
  split: splitSchema,
  boxes: z.array(datasetBoxSchema),
});
/** One picture of a dataset version and what a person said is in it. */
export type DatasetPicture = z.infer<typeof datasetPictureSchema>;

/** What a dataset version is; its id is the SHA-256 of this in canonical JSON. */
export const datasetManifestSchema = z.object({
  _type: z.literal("dataset"),
  /** The names that boxes have, sorted. */
  classes: z.array(z.string()),
  /** Sorted by their digests. */
  pictures: z.array(datasetPictureSchema),
  /** The golden set whose pictures are the golden ones. */
  goldenId: sha256Schema.nullable(),
});
export type DatasetManifest = z.infer<typeof datasetManifestSchema>;

/** The id of a dataset version. */
export function datasetIdOf(manifest: DatasetManifest): string {
  return documentDigest(manifest);
}

/** What of an annotation makes it this one. */
export interface AnnotationFacts {
  annotationId: string;
  picture: string;
  width: number;
  height: number;
  crop: MillionthBox;
  boxes: readonly DatasetBox[];
  verdict: string;
  personId: string;
  at: number;
}

/** SHA-256 of an annotation in canonical JSON. */
export function annotationDigest(annotation: AnnotationFacts): string {
  const { annotationId, picture, width, height, crop, boxes, verdict, personId, at } = annotation;
  const facts = { annotationId, picture, width, height, crop, boxes, verdict, personId, at };
  return documentDigest({ _type: "annotation", ...facts });
}

/** Fractions as millionths, within the picture. */
export function toMillionths([x, y, width, height]: Box): MillionthBox {
  const left = atMost(x, MILLION);
  const top = atMost(y, MILLION);
  return [left, top, atMost(width, MILLION - left), atMost(height, MILLION - top)];
}

/** Millionths as fractions. */
export function toFractions([x, y, width, height]: MillionthBox): Box {
  return [x / MILLION, y / MILLION, width / MILLION, height / MILLION];
}

function atMost(fraction: number, most: number): number {
  return Math.min(most, Math.max(0, Math.round(fraction * MILLION)));
}
