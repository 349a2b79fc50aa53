import type { Sql, Statement } from "../database/postgres.ts";
import type { TimedPicture } from "./time-blocks.ts";

/** A picture that no training may touch, nor one that looks like it. */
export interface GoldenPicture extends TimedPicture {
  goldenId: string;
  annotationId: string;
  phash: string;
}

/** A golden set as people see it. */
export interface GoldenSet {
  goldenId: string;
  name: string;
  pictures: number;
  boxes: number;
  frozenAt: number;
  frozenBy: string;
  /** How many dataset versions hold it. */
  versions: number;
}

const ALL: Statement = {
  name: "all-golden-pictures",
  text: `select g.golden_id as "goldenId", p.picture, p.annotation_id as "annotationId", p.phash,
      coalesce(a.node_id, '') as "nodeId", coalesce(a.camera_id, '') as "cameraId",
      coalesce(a.captured_at, 0) as "capturedAt"
    from golden_pictures p join golden_sets g using (golden_id)
      left join annotations a using (annotation_id)
    order by g.frozen_at desc, g.golden_id, p.picture`,
};
const LIST: Statement = {
  name: "list-golden-sets",
  text: `select g.golden_id as "goldenId", g.name, g.frozen_at as "frozenAt", g.frozen_by as "frozenBy",
      count(p.picture) as pictures, coalesce(sum(jsonb_array_length(a.boxes)), 0)::int as boxes,
      (select count(*) from dataset_versions d where d.manifest->>'goldenId' = g.golden_id) as versions
    from golden_sets g left join golden_pictures p using (golden_id)
      left join annotations a on a.annotation_id = p.annotation_id
    group by g.golden_id order by g.frozen_at desc, g.golden_id limit 200`,
};

/** Every picture of every golden set; those of the set that was frozen last come first. */
export function readGoldenPictures(sql: Sql): Promise<GoldenPicture[]> {
  return sql.query<GoldenPicture>(ALL, []);
}

/** The golden sets, the newest first. */
export function listGoldenSets(sql: Sql): Promise<GoldenSet[]> {
  return sql.query<GoldenSet>(LIST, []);
}
