import { z } from "zod";
import type { GroundTruth } from "./coco-evaluation.ts";
import type { FoundBox } from "./coco-matching.ts";

const id = z.int("a whole number").min(0, "0 or more");
const length = z.number("a number").min(0, "0 or more");
const coordinate = z.number("a number");
const box = z.tuple([coordinate, coordinate, length, length], "[x, y, width, height] in pixels");

/** A ground-truth file in the form of COCO (cocodataset.org/#format-data), as far as boxes go. */
export const cocoTruthSchema = z.object({
  images: z.array(z.object({ id }), "a list of images").min(1, "at least one image").max(1_000_000),
  categories: z
    .array(z.object({ id, name: z.string("a name").min(1).max(200) }), "a list of categories")
    .min(1, "at least one category")
    .max(10_000),
  annotations: z
    .array(
      z.object({
        image_id: id,
        category_id: id,
        bbox: box,
        area: length.optional(),
        iscrowd: z.union([z.literal(0), z.literal(1), z.boolean()]).optional(),
      }),
      "a list of annotations",
    )
    .max(10_000_000),
});

/** A results file in the form of COCO (cocodataset.org/#format-results). */
export const cocoResultsSchema = z
  .array(
    z.object({ image_id: id, category_id: id, bbox: box, score: z.number("a number") }),
    "a list of detections",
  )
  .max(10_000_000);

/** The ground truth of a file that was checked. */
export function toGroundTruth(file: z.output<typeof cocoTruthSchema>): GroundTruth {
  return {
    imageIds: file.images.map((image) => image.id),
    categories: file.categories,
    boxes: file.annotations.map((annotation) => ({
      imageId: annotation.image_id,
      categoryId: annotation.category_id,
      box: annotation.bbox,
      area: annotation.area ?? annotation.bbox[2] * annotation.bbox[3],
      isCrowd: annotation.iscrowd === 1 || annotation.iscrowd === true,
    })),
  };
}

/** The detections of a file that was checked. */
export function toFoundBoxes(file: z.output<typeof cocoResultsSchema>): FoundBox[] {
  return file.map(({ image_id, category_id, bbox, score }) => ({
    imageId: image_id,
    categoryId: category_id,
    box: bbox,
    score,
  }));
}
