import { z } from "zod";
import type { DatasetManifest, DatasetPicture, Split } from "../dataset-manifest.ts";
import { findPicture, splitOfLabels } from "./folder-layout.ts";
import {
  boxWithin,
  type ExportFolder,
  type LabelledBox,
  type LabelledPicture,
  refuseLabels,
  SPLIT_FOLDERS,
} from "./labelled-picture.ts";

/** The object format of COCO (cocodataset.org/#format-data), as far as boxes go. */
const id = z.int({ error: "a whole number" });
const side = z.int().min(1).max(100_000);
const bbox = z.tuple([z.number(), z.number(), z.number(), z.number()], {
  error: "a box [x, y, width, height] in pixels",
});
const crowdFlag = z.union([z.literal(0), z.literal(1), z.boolean()]).default(0);
const segmentSchema = z.object({ category_id: id, bbox, iscrowd: crowdFlag });
const cocoSchema = z.object({
  images: z.array(
    z.object({ id, file_name: z.string().min(1).max(1000), width: side, height: side }),
  ),
  categories: z.array(z.object({ id, name: z.string().trim().min(1).max(100) })),
  annotations: z.array(
    z.union(
      [
        segmentSchema.extend({ image_id: id }),
        // Panoptic: one annotation a picture.
        z.object({ image_id: id, segments_info: z.array(segmentSchema) }),
      ],
      { error: "an annotation with image_id, category_id and bbox" },
    ),
  ),
});

/**
 * Reads a COCO file. `paths` are all files of the folder, the pictures among them.
 * @throws CodedError LABELS_INVALID, with the line or field.
 */
export function readCoco(file: string, text: string, paths: readonly string[]): LabelledPicture[] {
  const { images, categories, annotations } = parseCoco(file, text);
  if (categories.length === 0) refuseLabels(file, "categories", "no class is named");
  const names = new Map<number, string>();
  for (const [index, { id: category, name }] of categories.entries()) {
    if (names.has(category))
      refuseLabels(file, `categories[${index}].id`, `${category} comes twice`);
    names.set(category, name);
  }
  const split = splitOfLabels(file);
  const pictures = new Map<number, LabelledPicture>();
  for (const [index, image] of images.entries()) {
    const place = `images[${index}]`;
    if (pictures.has(image.id)) refuseLabels(file, `${place}.id`, `${image.id} comes twice`);
    const found = findPicture(paths, file, split, image.file_name);
    if (found === null) {
      refuseLabels(file, `${place}.file_name`, `no picture ${image.file_name} in the folder`);
    }
    const size = { width: image.width, height: image.height };
    pictures.set(image.id, { file: found, labelFile: file, size, boxes: [] });
  }
  for (const [index, annotation] of annotations.entries()) {
    const place = `annotations[${index}]`;
    const picture = pictures.get(annotation.image_id);
    if (picture === undefined) {
      refuseLabels(file, `${place}.image_id`, `there is no picture ${annotation.image_id}`);
    }
    const whole = !("segments_info" in annotation);
    const segments = whole ? [annotation] : annotation.segments_info;
    for (const [number, segment] of segments.entries()) {
      const at = whole ? place : `${place}.segments_info[${number}]`;
      picture.boxes.push(toBox(file, at, segment, picture, names));
    }
  }
  return [...pictures.values()];
}

function toBox(
  file: string,
  place: string,
  segment: z.output<typeof segmentSchema>,
  { size }: LabelledPicture,
  names: ReadonlyMap<number, string>,
): LabelledBox {
  const className = names.get(segment.category_id);
  if (className === undefined) {
    refuseLabels(file, `${place}.category_id`, `there is no class ${segment.category_id}`);
  }
  const { width, height } = size ?? { width: 1, height: 1 };
  const [x, y, w, h] = segment.bbox;
  const box = boxWithin([x / width, y / height, w / width, h / height]);
  if (box === null) {
    const told = JSON.stringify(segment.bbox);
    refuseLabels(file, `${place}.bbox`, `${told} is no box within ${width} x ${height} pixels`);
  }
  return { className, box, crowd: Boolean(segment.iscrowd) };
}

function parseCoco(file: string, text: string): z.output<typeof cocoSchema> {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    refuseLabels(file, lineOf(text, error), "not JSON");
  }
  const parsed = cocoSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = (issue?.path ?? []).reduce<string>(
    (path, part) => (typeof part === "number" ? `${path}[${part}]` : `${path}.${String(part)}`),
    "",
  );
  return refuseLabels(file, place.replace(/^\./, "") || "the file", issue?.message ?? "refused");
}

/** The line that JSON.parse stopped at, from what it says of the position. */
function lineOf(text: string, error: unknown): string {
  const position = /position (\d+)/.exec(String(error))?.[1];
  const end = position === undefined ? text.length : Number(position);
  return `line ${text.slice(0, end).split("\n").length}`;
}

/** A version as a COCO folder: `annotations/instances_{part}.json`, `images/{part}/{sha256}.jpg`. */
export function toCocoFolder(manifest: DatasetManifest): ExportFolder {
  const folder: ExportFolder = { files: [], pictures: [] };
  for (const split of Object.keys(SPLIT_FOLDERS) as Split[]) {
    const pictures = manifest.pictures.filter((picture) => picture.split === split);
    if (pictures.length === 0) continue;
    const name = SPLIT_FOLDERS[split];
    folder.files.push({
      path: `annotations/instances_${name}.json`,
      text: `${JSON.stringify(cocoOf(pictures, manifest.classes), null, 1)}\n`,
    });
    for (const { picture } of pictures) {
      folder.pictures.push({ path: `images/${name}/${picture}.jpg`, picture });
    }
  }
  return folder;
}

function cocoOf(pictures: readonly DatasetPicture[], classes: readonly string[]) {
  const boxes = pictures.flatMap((picture, index) =>
    picture.boxes.map((box) => ({ ...box, picture, imageId: index + 1 })),
  );
  return {
    info: { description: "Sentinel dataset version" },
    licenses: [],
    categories: classes.map((name, index) => ({ id: index + 1, name, supercategory: "" })),
    images: pictures.map((picture, index) => ({
      id: index + 1,
      file_name: `${picture.picture}.jpg`,
      width: picture.width,
      height: picture.height,
      date_captured: picture.capturedAt === 0 ? "" : new Date(picture.capturedAt).toISOString(),
      camera: `${picture.nodeId}/${picture.cameraId}`,
    })),
    annotations: boxes.map(({ className, box, crowd, picture, imageId }, index) => {
      const [x, y, w, h] = box;
      const { width, height } = picture;
      const inPixels = [x * width, y * height, w * width, h * height].map((ppm) => ppm / 1_000_000);
      return {
        id: index + 1,
        image_id: imageId,
        category_id: classes.indexOf(className) + 1,
        bbox: inPixels,
        area: (inPixels[2] ?? 0) * (inPixels[3] ?? 0),
        segmentation: [],
        iscrowd: crowd === true ? 1 : 0,
      };
    }),
  };
}
