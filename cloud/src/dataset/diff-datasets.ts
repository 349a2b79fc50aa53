import type { DatasetManifest, DatasetPicture } from "./dataset-manifest.ts";
import { type ShownPicture, toShown } from "./page-pictures.ts";

/** A picture that both versions have, but not the same. */
export interface ChangedPicture {
  before: ShownPicture;
  after: ShownPicture;
}

/** What two versions have not in common. */
export interface DatasetDiff {
  /** How many pictures were added, removed, answered anew or moved; the lists hold the first of them. */
  counts: { added: number; removed: number; answers: number; moved: number; same: number };
  /** Boxes of each class before and after. */
  classes: { className: string; before: number; after: number }[];
  added: ShownPicture[];
  removed: ShownPicture[];
  /** Another answer, or another part. */
  changed: ChangedPicture[];
}

/** So many pictures of each kind are listed. */
const LISTED = 100;

/** Compares two versions. */
export function diffDatasets(before: DatasetManifest, after: DatasetManifest): DatasetDiff {
  const olds = new Map(before.pictures.map((picture) => [picture.picture, picture]));
  const news = new Set(after.pictures.map(({ picture }) => picture));
  const added = after.pictures.filter(({ picture }) => !olds.has(picture));
  const removed = before.pictures.filter(({ picture }) => !news.has(picture));
  const pairs = after.pictures.flatMap((now) => {
    const old = olds.get(now.picture);
    return old === undefined ? [] : [{ before: old, after: now }];
  });
  const answers = pairs.filter((pair) => !sameAnswer(pair.before, pair.after));
  const moved = pairs.filter((pair) => pair.before.split !== pair.after.split);
  const changed = pairs.filter(
    (pair) => pair.before.split !== pair.after.split || !sameAnswer(pair.before, pair.after),
  );
  return {
    counts: {
      added: added.length,
      removed: removed.length,
      answers: answers.length,
      moved: moved.length,
      same: pairs.length - changed.length,
    },
    classes: diffClasses(before, after),
    added: added.slice(0, LISTED).map(toShown),
    removed: removed.slice(0, LISTED).map(toShown),
    changed: changed.slice(0, LISTED).map((pair) => ({
      before: toShown(pair.before),
      after: toShown(pair.after),
    })),
  };
}

function sameAnswer(a: DatasetPicture, b: DatasetPicture): boolean {
  return a.annotation === b.annotation || JSON.stringify(a.boxes) === JSON.stringify(b.boxes);
}

function diffClasses(before: DatasetManifest, after: DatasetManifest): DatasetDiff["classes"] {
  const names = [...new Set([...before.classes, ...after.classes])].sort();
  return names.map((className) => ({
    className,
    before: countBoxes(before, className),
    after: countBoxes(after, className),
  }));
}

function countBoxes({ pictures }: DatasetManifest, name: string): number {
  const boxes = pictures.flatMap((picture) => picture.boxes);
  return boxes.filter(({ className, crowd }) => className === name && crowd !== true).length;
}
