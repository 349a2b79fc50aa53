import {
  type AreaRange,
  type FoundBox,
  type ImageMatches,
  IOU_THRESHOLDS,
  MAX_DETECTIONS,
  matchImage,
  type TrueBox,
} from "./coco-matching.ts";
import { averagePrecision, precisionRecall, rankDetections } from "./precision-recall.ts";

/** Pictures and classes that are judged, and what is really there. */
export interface GroundTruth {
  readonly imageIds: readonly number[];
  readonly categories: readonly { readonly id: number; readonly name: string }[];
  readonly boxes: readonly TrueBox[];
}

/** The 12 figures of COCO (cocodataset.org/#detection-eval), 0..1; -1 where nothing could be measured. */
export interface CocoSummary {
  AP: number;
  AP50: number;
  AP75: number;
  APsmall: number;
  APmedium: number;
  APlarge: number;
  AR1: number;
  AR10: number;
  AR100: number;
  ARsmall: number;
  ARmedium: number;
  ARlarge: number;
}

/** The figures, and AP by class for classes of which something was there. */
export interface CocoResult {
  summary: CocoSummary;
  perClassAP: Record<string, number>;
}

/** Square pixels; cocoeval.py, Params.setDetParams. */
const AREAS = {
  all: [0, 1e10],
  small: [0, 32 ** 2],
  medium: [32 ** 2, 96 ** 2],
  large: [96 ** 2, 1e10],
} as const satisfies Record<string, AreaRange>;

interface ClassFigures {
  /** By IoU threshold. */
  precisions: (number | null)[];
  recalls: (number | null)[];
}

/** Judges detections as pycocotools' COCOeval does for boxes. */
export function evaluateCoco(truth: GroundTruth, found: readonly FoundBox[]): CocoResult {
  const trueBy = groupByPlace(truth.boxes);
  const foundBy = groupByPlace(found);
  const matchesOf = (categoryId: number, area: AreaRange) =>
    truth.imageIds.flatMap((imageId) => {
      const key = `${categoryId} ${imageId}`;
      const objects = trueBy.get(key) ?? [];
      const detections = foundBy.get(key) ?? [];
      if (objects.length === 0 && detections.length === 0) return [];
      return matchImage(imageId, objects, detections, area);
    });
  const inArea = (area: keyof typeof AREAS) =>
    truth.categories.map(({ id }) => matchesOf(id, AREAS[area]));
  const all = inArea("all");
  const figures = (classes: ImageMatches[][], maxDetections: number) =>
    classes.map((images) => classFigures(images, maxDetections));
  const every = figures(all, MAX_DETECTIONS);
  const [small, medium, large] = (["small", "medium", "large"] as const).map((area) =>
    figures(inArea(area), MAX_DETECTIONS),
  );
  return {
    summary: {
      AP: meanPrecision(every),
      AP50: meanPrecision(every, 0),
      AP75: meanPrecision(every, 5),
      APsmall: meanPrecision(small),
      APmedium: meanPrecision(medium),
      APlarge: meanPrecision(large),
      AR1: meanRecall(figures(all, 1)),
      AR10: meanRecall(figures(all, 10)),
      AR100: meanRecall(every),
      ARsmall: meanRecall(small),
      ARmedium: meanRecall(medium),
      ARlarge: meanRecall(large),
    },
    perClassAP: Object.fromEntries(
      truth.categories.flatMap(({ name }, index) => {
        const ap = meanPrecision(every.slice(index, index + 1));
        return ap < 0 ? [] : [[name, ap]];
      }),
    ),
  };
}

/** Of one class: precision averaged over recall, and the recall reached, at each threshold. */
function classFigures(images: readonly ImageMatches[], maxDetections: number): ClassFigures {
  const trueCount = images.map((image) => image.trueCount);
  const curves = IOU_THRESHOLDS.map((_, threshold) =>
    precisionRecall(rankDetections(images, threshold, maxDetections), trueCount),
  );
  return {
    precisions: curves.map(averagePrecision),
    recalls: curves.map(({ recall }) => recall),
  };
}

function meanPrecision(classes: readonly ClassFigures[] | undefined, threshold?: number): number {
  return mean(
    (classes ?? []).map(({ precisions }) => precisions),
    threshold,
  );
}

function meanRecall(classes: readonly ClassFigures[] | undefined): number {
  return mean((classes ?? []).map(({ recalls }) => recalls));
}

function mean(values: readonly (readonly (number | null)[])[], threshold?: number): number {
  const known = values
    .flatMap((row) => (threshold === undefined ? row : [row[threshold] ?? null]))
    .filter((value) => value !== null);
  return known.length === 0 ? -1 : known.reduce((sum, value) => sum + value, 0) / known.length;
}

function groupByPlace<T extends { imageId: number; categoryId: number }>(
  boxes: readonly T[],
): Map<string, T[]> {
  return Map.groupBy(boxes, ({ imageId, categoryId }) => `${categoryId} ${imageId}`);
}
