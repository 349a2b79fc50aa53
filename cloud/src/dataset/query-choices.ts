import type { Sql, Statement } from "../database/postgres.ts";

/** What a query can be narrowed to, with how many pictures each has. */
export interface QueryChoices {
  pictures: number;
  cameras: { nodeId: string; cameraId: string; pictures: number }[];
  classes: { className: string; pictures: number }[];
  people: { id: string; name: string; pictures: number }[];
}

const CURRENT = `with current as (
  select distinct on (picture) * from annotations where superseded_at is null
  order by picture, at desc, annotation_id desc)`;
const COUNT: Statement = {
  name: "count-annotated-pictures",
  text: `${CURRENT} select count(*) as pictures from current where verdict <> 'duplicate'`,
};
const CAMERAS: Statement = {
  name: "annotated-cameras",
  text: `${CURRENT} select node_id as "nodeId", camera_id as "cameraId", count(*) as pictures
    from current where verdict <> 'duplicate' group by 1, 2 order by 3 desc, 1, 2 limit 1000`,
};
const CLASSES: Statement = {
  name: "annotated-classes",
  text: `${CURRENT} select b->>'className' as "className", count(distinct picture) as pictures
    from current, jsonb_array_elements(boxes) b
    where verdict <> 'duplicate' group by 1 order by 2 desc, 1 limit 1000`,
};
const PEOPLE: Statement = {
  name: "annotating-people",
  text: `${CURRENT} select person_id as id, max(person_name) as name, count(*) as pictures
    from current where verdict <> 'duplicate' group by 1 order by 3 desc, 1 limit 1000`,
};

/** Reads what a query can ask for. */
export async function queryChoices(sql: Sql): Promise<QueryChoices> {
  const [count, cameras, classes, people] = await Promise.all([
    sql.query<{ pictures: number }>(COUNT, []),
    sql.query<QueryChoices["cameras"][number]>(CAMERAS, []),
    sql.query<QueryChoices["classes"][number]>(CLASSES, []),
    sql.query<QueryChoices["people"][number]>(PEOPLE, []),
  ]);
  return { pictures: count[0]?.pictures ?? 0, cameras, classes, people };
}
