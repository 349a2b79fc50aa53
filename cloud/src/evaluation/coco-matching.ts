/** `[x, y, width, height]` in pixels or in fractions; both sides must use the same. */
export type CocoBox = readonly [x: number, y: number, width: number, height: number];

/** What is really there. */
export interface TrueBox {
  readonly imageId: number;
  readonly categoryId: number;
  readonly box: CocoBox;
  /** Of the object, in pixels; decides whether it counts as small, medium or large. */
  readonly area: number;
  /** A crowd may be found any number of times, or not at all. */
  readonly isCrowd: boolean;
}

/** What a model says is there. */
export interface FoundBox {
  readonly imageId: number;
  readonly categoryId: number;
  readonly box: CocoBox;
  readonly score: number;
}

/** IoU from which a detection is right: 0.50 to 0.95 in steps of 0.05. */
export const IOU_THRESHOLDS: readonly number[] = Array.from(
  { length: 10 },
  (_, index) => 0.5 + (index * 0.45) / 9,
);

/** Detections of one class that are looked at in one picture. */
export const MAX_DETECTIONS = 100;

/** Sizes of objects, in square pixels. */
export type AreaRange = readonly [least: number, most: number];

/** What became of one picture's detections of one class, best first; equal scores stay in their order. */
export interface ImageMatches {
  readonly imageId: number;
  readonly scores: readonly number[];
  /** By threshold, then detection: it found an object. */
  readonly matched: readonly (readonly boolean[])[];
  /** By threshold, then detection: it counts neither as right nor as wrong. */
  readonly ignored: readonly (readonly boolean[])[];
  /** By threshold, then detection: the object that it found; null where it found none. */
  readonly objects: readonly (readonly (TrueBox | null)[])[];
  /** Objects that should have been found. */
  readonly trueCount: number;
}

/**
 * Pairs the detections of one class in one picture with its objects, as pycocotools does
 * (cocodataset/cocoapi, PythonAPI/pycocotools/cocoeval.py, evaluateImg): greedy by score, each with
 * the free object that it overlaps most; objects outside of the range are ignored.
 */
export function matchImage(
  imageId: number,
  truth: readonly TrueBox[],
  found: readonly FoundBox[],
  [least, most]: AreaRange,
  thresholds: readonly number[] = IOU_THRESHOLDS,
): ImageMatches {
  const isIgnored = ({ isCrowd, area }: TrueBox) => isCrowd || area < least || area > most;
  const objects = truth.toSorted((a, b) => Number(isIgnored(a)) - Number(isIgnored(b)));
  const ignoredObject = objects.map(isIgnored);
  const best = found.toSorted((a, b) => b.score - a.score).slice(0, MAX_DETECTIONS);
  const overlaps = best.map(({ box }) => objects.map((object) => overlap(box, object)));
  const matched: boolean[][] = [];
  const ignored: boolean[][] = [];
  const foundObjects: (TrueBox | null)[][] = [];
  for (const threshold of thresholds) {
    const taken = new Array<boolean>(objects.length).fill(false);
    const pairs = overlaps.map((row) => {
      const object = choose(row, objects, ignoredObject, taken, threshold);
      if (object >= 0) taken[object] = true;
      return object;
    });
    matched.push(pairs.map((object) => object >= 0));
    foundObjects.push(pairs.map((object) => objects[object] ?? null));
    ignored.push(
      pairs.map((object, index) => {
        if (object >= 0) return ignoredObject[object] ?? false;
        const [, , width = 0, height = 0] = best[index]?.box ?? [];
        return width * height < least || width * height > most;
      }),
    );
  }
  return {
    imageId,
    scores: best.map(({ score }) => score),
    matched,
    ignored,
    objects: foundObjects,
    trueCount: ignoredObject.filter((value) => !value).length,
  };
}

/** The object that a detection finds; -1 where it finds none. */
function choose(
  overlaps: readonly number[],
  objects: readonly TrueBox[],
  ignoredObject: readonly boolean[],
  taken: readonly boolean[],
  threshold: number,
): number {
  let least = Math.min(threshold, 1 - 1e-10);
  let chosen = -1;
  for (let object = 0; object < objects.length; object++) {
    if (taken[object] === true && objects[object]?.isCrowd !== true) continue;
    // Ignored objects come last: none of them is better than a real one.
    if (chosen >= 0 && ignoredObject[chosen] === false && ignoredObject[object] === true) break;
    const value = overlaps[object] ?? 0;
    if (value < least) continue;
    least = value;
    chosen = object;
  }
  return chosen;
}

/** IoU; of a crowd, the share of the detection that lies in it. */
function overlap(found: CocoBox, object: TrueBox): number {
  const [x, y, width, height] = found;
  const [ox, oy, objectWidth, objectHeight] = object.box;
  const across = Math.min(x + width, ox + objectWidth) - Math.max(x, ox);
  const down = Math.min(y + height, oy + objectHeight) - Math.max(y, oy);
  if (across <= 0 || down <= 0) return 0;
  const shared = across * down;
  const own = width * height;
  return shared / (object.isCrowd ? own : own + objectWidth * objectHeight - shared);
}
