import type { DatasetCounts, SplitCounts } from "../database/tables/dataset-tables.ts";
import type { DatasetPicture, Split } from "./dataset-manifest.ts";

const SPLITS: readonly Split[] = ["train", "validation", "golden"];

/** What a version holds, part by part; boxes that stand for many things are not counted. */
export function countDataset(pictures: readonly DatasetPicture[]): DatasetCounts {
  const [train, validation, golden] = SPLITS.map((split) =>
    countSplit(pictures.filter((picture) => picture.split === split)),
  );
  const none = countSplit([]);
  return { train: train ?? none, validation: validation ?? none, golden: golden ?? none };
}

function countSplit(pictures: readonly DatasetPicture[]): SplitCounts {
  const counts: SplitCounts = { pictures: pictures.length, empty: 0, boxes: 0, classes: {} };
  const classes = new Map<string, { pictures: number; boxes: number }>();
  for (const { boxes } of pictures) {
    const names = boxes.filter(({ crowd }) => crowd !== true).map(({ className }) => className);
    if (boxes.length === 0) counts.empty += 1;
    counts.boxes += names.length;
    for (const name of new Set(names)) {
      const { pictures: before, boxes: boxesBefore } = classes.get(name) ?? {
        pictures: 0,
        boxes: 0,
      };
      const own = names.filter((other) => other === name).length;
      classes.set(name, { pictures: before + 1, boxes: boxesBefore + own });
    }
  }
  counts.classes = Object.fromEntries([...classes].sort(([a], [b]) => (a < b ? -1 : 1)));
  return counts;
}
