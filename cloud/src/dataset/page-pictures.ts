import {
  type DatasetManifest,
  type DatasetPicture,
  type Split,
  toFractions,
} from "./dataset-manifest.ts";

/** Which pictures of a version to show. */
export interface PictureFilter {
  split?: Split | undefined;
  className?: string | undefined;
  /** Only those after this one; they are in the order of their names. */
  cursor?: string | null | undefined;
  limit: number;
}

/** A picture of a version, as people see it. */
export interface ShownPicture {
  picture: string;
  nodeId: string;
  cameraId: string;
  capturedAt: number;
  width: number;
  height: number;
  split: Split;
  /** Fractions of the picture. */
  boxes: { className: string; box: [number, number, number, number]; crowd: boolean }[];
}

/** A page of a version's pictures, and where the next one begins. */
export function pagePictures(
  { pictures }: DatasetManifest,
  { split, className, cursor, limit }: PictureFilter,
): { pictures: ShownPicture[]; next: string | null; count: number } {
  const all = pictures.filter(
    (picture) =>
      (split === undefined || picture.split === split) &&
      (className === undefined || picture.boxes.some((box) => box.className === className)),
  );
  const rest = cursor == null ? all : all.filter(({ picture }) => picture > cursor);
  const page = rest.slice(0, limit);
  const next = rest.length > limit ? (page.at(-1)?.picture ?? null) : null;
  return { pictures: page.map(toShown), next, count: all.length };
}

/** A picture with its boxes in fractions. */
export function toShown(picture: DatasetPicture): ShownPicture {
  const { nodeId, cameraId, capturedAt, width, height, split } = picture;
  const boxes = picture.boxes.map(({ className, box, crowd }) => ({
    className,
    box: toFractions(box),
    crowd: crowd === true,
  }));
  return { picture: picture.picture, nodeId, cameraId, capturedAt, width, height, split, boxes };
}
