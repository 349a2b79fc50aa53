import { type BootstrapProgress, bootstrapIntervals, type Interval } from "./bootstrap-interval.ts";
import { changedPictures } from "./changed-pictures.ts";
import {
  type CountedDetections,
  countDetections,
  curvesAt50,
  type GroundTruth,
  judgeCounted,
} from "./coco-evaluation.ts";
import { COCO_FIGURES, type Compared, type EvaluationFigures } from "./evaluation-figures.ts";
import { foundOf, type JudgedPicture, type Side, truthOf } from "./judged-pictures.ts";

/** Cameras that are told of one by one: those with most pictures. */
const MOST_CAMERAS = 50;

/** Everything that two models' detections on the same pictures say; latency is measured elsewhere. */
export function compareDetections(
  pictures: readonly JudgedPicture[],
  classNames: readonly string[],
  onDraw: BootstrapProgress = () => {},
): Omit<EvaluationFigures, "latencyMs"> {
  const categories = categoriesOf(pictures, classNames);
  const counted = countBoth(pictures, categories);
  const compared = compareFigures(pictures.length, counted, onDraw);
  const curves = { before: curvesAt50(counted.before), after: curvesAt50(counted.after) };
  const { changed, count } = changedPictures(
    pictures,
    new Map(categories.map(({ id, name }) => [id, name])),
  );
  return {
    pictures: pictures.length,
    boxes: boxesOf(pictures),
    summary: compared.summary,
    classes: categories.map(({ id, name }, index) => ({
      className: name,
      boxes: boxesOf(pictures, id),
      ...(compared.classes[index] as { ap: Compared; ap50: Compared }),
      curve: {
        before: rounded(curves.before[index]?.precision ?? []),
        after: rounded(curves.after[index]?.precision ?? []),
      },
    })),
    cameras: compareCameras(pictures, classNames),
    curve: { before: meanCurve(curves.before), after: meanCurve(curves.after) },
    changed,
    changedCount: count,
  };
}

/** Classes of which something is there, in their order. */
function categoriesOf(
  pictures: readonly JudgedPicture[],
  classNames: readonly string[],
): GroundTruth["categories"] {
  const there = new Set(
    pictures.flatMap(({ truth }) => truth.flatMap(({ classId, crowd }) => (crowd ? [] : classId))),
  );
  return [...there]
    .sort((a, b) => a - b)
    .map((id) => ({ id, name: classNames[id] ?? `class-${id}` }));
}

function countBoth(
  pictures: readonly JudgedPicture[],
  categories: GroundTruth["categories"],
): Record<Side, CountedDetections> {
  const truth = truthOf(pictures, categories);
  const count = (side: Side) => countDetections(truth, foundOf(pictures, side));
  return { before: count("before"), after: count("after") };
}

/** Both models' figures, over all classes and class by class, with intervals from the same draws. */
function compareFigures(
  pictures: number,
  counted: Record<Side, CountedDetections>,
  onDraw: BootstrapProgress,
) {
  const figures = (weights: readonly number[] | null) => {
    const before = flatten(judgeCounted(counted.before, weights));
    const after = flatten(judgeCounted(counted.after, weights));
    const gain = before.map((value, index) => differenceOf(value, after[index] ?? null));
    return { before, after, gain };
  };
  const now = figures(null);
  const size = now.before.length;
  const intervals = bootstrapIntervals(
    pictures,
    (weights) => {
      const { before, after, gain } = figures(weights);
      return [...before, ...after, ...gain];
    },
    { onDraw },
  );
  const at = (index: number): Compared => ({
    before: now.before[index] ?? null,
    after: now.after[index] ?? null,
    gain: now.gain[index] ?? null,
    beforeInterval: pair(intervals[index]),
    afterInterval: pair(intervals[size + index]),
    gainInterval: pair(intervals[2 * size + index]),
  });
  return {
    summary: Object.fromEntries(COCO_FIGURES.map((name, index) => [name, at(index)])) as Record<
      (typeof COCO_FIGURES)[number],
      Compared
    >,
    classes: Array.from({ length: (size - COCO_FIGURES.length) / 2 }, (_, index) => ({
      ap: at(COCO_FIGURES.length + 2 * index),
      ap50: at(COCO_FIGURES.length + 2 * index + 1),
    })),
  };
}

/** The 12 figures, then AP and AP50 of each class. */
function flatten({ summary, classes }: ReturnType<typeof judgeCounted>): (number | null)[] {
  return [
    ...COCO_FIGURES.map((name) => (summary[name] < 0 ? null : summary[name])),
    ...classes.flatMap(({ ap, ap50 }) => [ap, ap50]),
  ];
}

function compareCameras(
  pictures: readonly JudgedPicture[],
  classNames: readonly string[],
): EvaluationFigures["cameras"] {
  const groups = Map.groupBy(pictures, ({ nodeId, cameraId }) => `${nodeId}/${cameraId}`);
  return [...groups.values()]
    .sort((a, b) => b.length - a.length)
    .slice(0, MOST_CAMERAS)
    .map((own) => {
      const counted = countBoth(own, categoriesOf(own, classNames));
      const { summary } = compareFigures(own.length, counted, () => {});
      const { nodeId = "", cameraId = "" } = own[0] ?? {};
      const facts = { nodeId, cameraId, pictures: own.length, boxes: boxesOf(own) };
      return { ...facts, ap: summary.AP, ap50: summary.AP50 };
    });
}

/** Things that are there; what stands for many at once is not counted. */
function boxesOf(pictures: readonly JudgedPicture[], only?: number): number {
  return pictures.reduce(
    (sum, { truth }) =>
      sum +
      truth.filter(({ classId, crowd }) => !crowd && (only === undefined || classId === only))
        .length,
    0,
  );
}

function meanCurve(curves: ReturnType<typeof curvesAt50>): number[] {
  const known = curves.flatMap(({ precision }) => (precision === null ? [] : [precision]));
  const [first] = known;
  if (first === undefined) return [];
  return rounded(
    first.map((_, point) => known.reduce((sum, c) => sum + (c[point] ?? 0), 0) / known.length),
  );
}

function differenceOf(before: number | null, after: number | null): number | null {
  return before === null || after === null ? null : after - before;
}

function pair(interval: Interval | null | undefined): [number, number] | null {
  return interval == null ? null : [interval[0], interval[1]];
}

/** Four digits draw any curve. */
function rounded(values: readonly number[]): number[] {
  return values.map((value) => Math.round(value * 10_000) / 10_000);
}
