import type { Generated } from "kysely";

/** How many pictures and boxes there are, by class too; `empty`: pictures in which nothing is. */
export interface SplitCounts {
  pictures: number;
  empty: number;
  boxes: number;
  classes: Record<string, { pictures: number; boxes: number }>;
}

/** What a version holds, part by part. */
export type DatasetCounts = Record<"train" | "validation" | "golden", SplitCounts>;

/** Pictures that were asked for and are not in a version. */
export interface LeftOut {
  /** They are, or look like, pictures of a golden set. */
  goldenLike: string[];
  /** They look like pictures of the other part. */
  otherSplit: string[];
}

/** Dataset versions and golden sets (migration 008). Times are ms. */
export interface DatasetTables {
  dataset_versions: {
    dataset_id: string;
    name: string;
    query: unknown;
    manifest: unknown;
    pictures: number;
    boxes: number;
    counts: DatasetCounts;
    block_seconds: Generated<number>;
    left_out: Generated<LeftOut>;
    made_at: number;
    made_by: string;
  };
  dataset_pictures: {
    dataset_id: string;
    picture: string;
    annotation_id: string;
    split: "train" | "validation" | "golden";
  };
  golden_sets: { golden_id: string; name: string; frozen_at: number; frozen_by: string };
  golden_pictures: { golden_id: string; picture: string; annotation_id: string; phash: string };
  picture_facts: { picture: string; width: number; height: number; phash: string };
}
