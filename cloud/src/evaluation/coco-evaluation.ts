import {
  type AreaRange,
  type FoundBox,
  type ImageMatches,
  IOU_THRESHOLDS,
  MAX_DETECTIONS,
  matchImage,
  type TrueBox,
} from "./coco-matching.ts";
import {
  averagePrecision,
  type PrecisionRecall,
  precisionRecall,
  type RankedDetections,
  rankDetections,
  type SoughtObjects,
  soughtObjects,
} from "./precision-recall.ts";

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

/** Index of IoU 0.5 and of IoU 0.75. */
const AT_50 = 0;
const AT_75 = 5;

/** One class in one range of sizes: ready to be counted, by IoU threshold. */
interface Counted {
  readonly ranked: readonly RankedDetections[];
  readonly sought: SoughtObjects;
}

/** What was found of one class, matched with what was there, ready to be counted for any weights. */
interface CountedClass {
  readonly name: string;
  readonly all: Counted;
  readonly small: Counted;
  readonly medium: Counted;
  readonly large: Counted;
  /** All sizes, the best detection of each picture; the ten best. */
  readonly best: Counted;
  readonly tenBest: Counted;
}

/** Detections that were matched once, to be judged as often as one likes. */
export interface CountedDetections {
  readonly classes: readonly CountedClass[];
}

/** Judges detections as pycocotools' COCOeval does for boxes. */
export function evaluateCoco(truth: GroundTruth, found: readonly FoundBox[]): CocoResult {
  const counted = countDetections(truth, found);
  const { summary, classes } = judgeCounted(counted, null);
  return {
    summary,
    perClassAP: Object.fromEntries(
      classes.flatMap(({ ap }, index) =>
        ap === null ? [] : [[counted.classes[index]?.name ?? "", ap]],
      ),
    ),
  };
}

/** Matches detections with what is there, once for every size and threshold. */
export function countDetections(truth: GroundTruth, found: readonly FoundBox[]): CountedDetections {
  const trueBy = groupByPlace(truth.boxes);
  const foundBy = groupByPlace(found);
  const places = new Map(truth.imageIds.map((imageId, place) => [imageId, place]));
  const placeOf = ({ imageId }: ImageMatches) => places.get(imageId) ?? 0;
  const classes = truth.categories.map(({ id, name }): CountedClass => {
    const matched = (area: AreaRange) =>
      truth.imageIds.flatMap((imageId) => {
        const key = `${id} ${imageId}`;
        const objects = trueBy.get(key) ?? [];
        const detections = foundBy.get(key) ?? [];
        if (objects.length === 0 && detections.length === 0) return [];
        return matchImage(imageId, objects, detections, area);
      });
    const counted = (images: readonly ImageMatches[], most: number): Counted => ({
      ranked: IOU_THRESHOLDS.map((_, threshold) =>
        rankDetections(images, threshold, most, placeOf),
      ),
      sought: soughtObjects(images, placeOf),
    });
    const all = matched(AREAS.all);
    return {
      name,
      all: counted(all, MAX_DETECTIONS),
      small: counted(matched(AREAS.small), MAX_DETECTIONS),
      medium: counted(matched(AREAS.medium), MAX_DETECTIONS),
      large: counted(matched(AREAS.large), MAX_DETECTIONS),
      best: counted(all, 1),
      tenBest: counted(all, 10),
    };
  });
  return { classes };
}

/**
 * The figures of detections that were matched.
 * @param weights how often each picture counts, in the order of the truth's `imageIds`; each once where
 *   it is null.
 */
export function judgeCounted(
  { classes }: CountedDetections,
  weights: readonly number[] | null,
): { summary: CocoSummary; classes: { ap: number | null; ap50: number | null }[] } {
  const of = (part: Exclude<keyof CountedClass, "name">) =>
    classes.map((one) => figuresOf(one[part], weights));
  const [all, small, medium, large] = [of("all"), of("small"), of("medium"), of("large")];
  const precisions = (figures: readonly Figures[]) => figures.flatMap(({ precision }) => precision);
  const at = (threshold: number) => all.map(({ precision }) => precision[threshold] ?? null);
  const recalls = (figures: readonly Figures[]) => figures.flatMap(({ recall }) => recall);
  return {
    summary: {
      AP: mean(precisions(all)) ?? -1,
      AP50: mean(at(AT_50)) ?? -1,
      AP75: mean(at(AT_75)) ?? -1,
      APsmall: mean(precisions(small)) ?? -1,
      APmedium: mean(precisions(medium)) ?? -1,
      APlarge: mean(precisions(large)) ?? -1,
      AR1: mean(recalls(of("best"))) ?? -1,
      AR10: mean(recalls(of("tenBest"))) ?? -1,
      AR100: mean(recalls(all)) ?? -1,
      ARsmall: mean(recalls(small)) ?? -1,
      ARmedium: mean(recalls(medium)) ?? -1,
      ARlarge: mean(recalls(large)) ?? -1,
    },
    classes: all.map(({ precision }) => ({
      ap: mean(precision),
      ap50: precision[AT_50] ?? null,
    })),
  };
}

/** The curve of each class at IoU 0.5. */
export function curvesAt50({ classes }: CountedDetections): PrecisionRecall[] {
  return classes.map(({ all: { ranked, sought } }) =>
    precisionRecall(ranked[AT_50] as RankedDetections, sought),
  );
}

/** By IoU threshold; null where nothing was to be found. */
interface Figures {
  precision: (number | null)[];
  recall: (number | null)[];
}

function figuresOf({ ranked, sought }: Counted, weights: readonly number[] | null): Figures {
  const figures = ranked.map((detections) => averagePrecision(detections, sought, weights));
  return {
    precision: figures.map(({ ap }) => ap),
    recall: figures.map(({ recall }) => recall),
  };
}

/** Of what is known; null where nothing is. */
function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

function groupByPlace<T extends { imageId: number; categoryId: number }>(
  boxes: readonly T[],
): Map<string, T[]> {
  return Map.groupBy(boxes, ({ imageId, categoryId }) => `${categoryId} ${imageId}`);
}
