import type { Sql, Statement } from "../database/postgres.ts";

/** A model in a line of models. */
export interface LineModel {
  digest: string;
  name: string;
  state: string;
  baseDigest: string | null;
  /** The version that it was trained on, and the job; null for one of the catalog. */
  datasetId: string | null;
  datasetName: string | null;
  jobId: string | null;
  madeAt: number;
}

/** Where a model comes from, and what came of it. */
export interface Lineage {
  /** From the model back to the one of the catalog. */
  models: LineModel[];
  /** Models that were trained from it, and from those, the oldest first. */
  descendants: LineModel[];
  /** Pictures that the line learnt from, and by which an epoch was chosen; each is counted once. */
  pictures: { learnt: number; chosenBy: number };
  /** People whose answers these pictures have, and how many. */
  people: { personId: string; name: string; annotations: number }[];
  /** Cameras that these pictures are of. */
  cameras: { nodeId: string; cameraId: string; pictures: number }[];
  /** Nodes that ran the model, or run it now, and the events that it saw there. */
  nodes: {
    nodeId: string;
    now: boolean;
    events: number;
    firstSeenAt: number | null;
    lastSeenAt: number | null;
  }[];
  rollouts: { rolloutId: string; channel: string; state: string; startedAt: number }[];
}

/** A picture that a line of models learnt from, or by which an epoch was chosen. */
export interface LinePicture {
  picture: string;
  split: "train" | "validation";
  annotationId: string;
  /** Who said what is in it. */
  personId: string;
  personName: string;
  nodeId: string;
  cameraId: string;
  capturedAt: number;
}

const LINE_MODEL = `m.digest, m.name, m.state, m.base_digest as "baseDigest",
  m.dataset_id as "datasetId", d.name as "datasetName", m.job_id as "jobId", m.made_at as "madeAt"`;
/** No line is longer; a circle, which only a forged row could make, ends here. */
const LONGEST = 100;

const MODELS: Statement = {
  name: "lineage-models",
  text: `with recursive line as (
      select digest, base_digest, 0 as depth from model_versions where digest = $1
      union all select b.digest, b.base_digest, l.depth + 1
        from model_versions b join line l on b.digest = l.base_digest where l.depth < ${LONGEST})
    select ${LINE_MODEL} from line join model_versions m using (digest)
      left join dataset_versions d on d.dataset_id = m.dataset_id order by line.depth`,
};
const DESCENDANTS: Statement = {
  name: "lineage-descendants",
  text: `with recursive line as (
      select digest, 0 as depth from model_versions where digest = $1
      union all select c.digest, l.depth + 1
        from model_versions c join line l on c.base_digest = l.digest where l.depth < ${LONGEST})
    select ${LINE_MODEL} from (select distinct digest from line where digest <> $1) line
      join model_versions m using (digest)
      left join dataset_versions d on d.dataset_id = m.dataset_id
    order by m.made_at, m.digest limit 1000`,
};
/** Each picture once; one that any of the versions taught with was learnt from. */
const LINE_PICTURES = `select distinct on (p.picture) p.picture, p.split, p.annotation_id
  from dataset_pictures p where p.dataset_id = any($1) and p.split <> 'golden'
  order by p.picture, p.split = 'train' desc, p.annotation_id`;
const COUNTS: Statement = {
  name: "lineage-picture-counts",
  text: `select count(*) filter (where split = 'train')::int as learnt,
      count(*) filter (where split = 'validation')::int as "chosenBy" from (${LINE_PICTURES}) p`,
};
const PEOPLE: Statement = {
  name: "lineage-people",
  text: `select a.person_id as "personId", max(a.person_name) as name,
      count(distinct a.annotation_id)::int as annotations
    from dataset_pictures p join annotations a on a.annotation_id = p.annotation_id
    where p.dataset_id = any($1) and p.split <> 'golden'
    group by a.person_id order by annotations desc, a.person_id`,
};
const CAMERAS: Statement = {
  name: "lineage-cameras",
  text: `select a.node_id as "nodeId", a.camera_id as "cameraId",
      count(distinct p.picture)::int as pictures
    from dataset_pictures p join annotations a on a.annotation_id = p.annotation_id
    where p.dataset_id = any($1) and p.split <> 'golden'
    group by 1, 2 order by pictures desc, 1, 2`,
};
const PICTURES: Statement = {
  name: "lineage-pictures",
  text: `select p.picture, p.split, p.annotation_id as "annotationId", a.person_id as "personId",
      a.person_name as "personName", a.node_id as "nodeId", a.camera_id as "cameraId",
      a.captured_at as "capturedAt"
    from (${LINE_PICTURES}) p join annotations a on a.annotation_id = p.annotation_id
    where $2::text is null or p.picture > $2 order by p.picture limit $3`,
};
const NODES: Statement = {
  name: "lineage-nodes",
  text: `with seen as (
      select node_id, count(*)::int as events from events where model_digest = $1 group by node_id)
    select coalesce(m.node_id, s.node_id, n.node_id) as "nodeId",
      coalesce(n.model->>'digest' = $1, false) as now, coalesce(s.events, 0) as events,
      m.first_seen_at as "firstSeenAt", m.last_seen_at as "lastSeenAt"
    from (select * from node_models where digest = $1) m
      full join seen s on s.node_id = m.node_id
      left join nodes n on n.node_id = coalesce(m.node_id, s.node_id)
    order by 1`,
};
const ROLLOUTS: Statement = {
  name: "lineage-rollouts",
  text: `select rollout_id as "rolloutId", channel, state, started_at as "startedAt" from rollouts
    where to_digest = $1 order by started_at desc limit 100`,
};

/** One line from a model to pictures and people, and on to nodes and events; null where there is no such model. */
export async function lineageOfModel(sql: Sql, digest: string): Promise<Lineage | null> {
  const models = await sql.query<LineModel>(MODELS, [digest]);
  if (models.length === 0) return null;
  const datasets = versionsOf(models);
  const [descendants, counts, people, cameras, nodes, rollouts] = await Promise.all([
    sql.query<LineModel>(DESCENDANTS, [digest]),
    sql.query<Lineage["pictures"]>(COUNTS, [datasets]),
    sql.query<Lineage["people"][number]>(PEOPLE, [datasets]),
    sql.query<Lineage["cameras"][number]>(CAMERAS, [datasets]),
    sql.query<Lineage["nodes"][number]>(NODES, [digest]),
    sql.query<Lineage["rollouts"][number]>(ROLLOUTS, [digest]),
  ]);
  const pictures = counts[0] ?? { learnt: 0, chosenBy: 0 };
  return { models, descendants, pictures, people, cameras, nodes, rollouts };
}

/** Pictures of a model's line in the order of their names, from after `cursor` on. */
export async function picturesOfModel(
  sql: Sql,
  digest: string,
  { cursor, limit }: { cursor: string | null; limit: number },
): Promise<{ pictures: LinePicture[]; next: string | null }> {
  const models = await sql.query<LineModel>(MODELS, [digest]);
  const rows = await sql.query<LinePicture>(PICTURES, [versionsOf(models), cursor, limit + 1]);
  const pictures = rows.slice(0, limit);
  return { pictures, next: rows.length > limit ? (pictures.at(-1)?.picture ?? null) : null };
}

function versionsOf(models: readonly LineModel[]): string[] {
  return models.flatMap(({ datasetId }) => datasetId ?? []);
}
