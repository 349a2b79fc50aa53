import type { Sql, Statement } from "../database/postgres.ts";

/** Where a model comes from, and what came of it. */
export interface Lineage {
  /** From the model back to the one of the catalog. */
  models: { digest: string; name: string; datasetId: string | null; jobId: string | null }[];
  /** People whose answers it was trained on, and how many. */
  people: { personId: string; name: string; annotations: number }[];
  /** Pictures that it was trained on. */
  pictures: { picture: string; split: string; annotationId: string }[];
  /** Nodes that ran it, or run it now, and the events that it saw there. */
  nodes: { nodeId: string; now: boolean; events: number }[];
}

const MODELS: Statement = {
  name: "lineage-models",
  text: `with recursive line as (
      select digest, name, base_digest, dataset_id, job_id, 0 as depth from model_versions
      where digest = $1
      union all select b.digest, b.name, b.base_digest, b.dataset_id, b.job_id, l.depth + 1
        from model_versions b join line l on b.digest = l.base_digest where l.depth < 100)
    select digest, name, dataset_id as "datasetId", job_id as "jobId" from line order by depth`,
};
const PEOPLE: Statement = {
  name: "lineage-people",
  text: `select a.person_id as "personId", max(a.person_name) as name, count(*)::int as annotations
    from dataset_pictures p join annotations a on a.annotation_id = p.annotation_id
    where p.dataset_id = any($1) and p.split <> 'golden' group by a.person_id order by annotations desc`,
};
const PICTURES: Statement = {
  name: "lineage-pictures",
  text: `select picture, split, annotation_id as "annotationId" from dataset_pictures
    where dataset_id = any($1) and split <> 'golden' order by picture limit 20000`,
};
const NODES: Statement = {
  name: "lineage-nodes",
  text: `select n.node_id as "nodeId", n.model->>'digest' = $1 as now,
      (select count(*)::int from events e where e.node_id = n.node_id and e.model_digest = $1) as events
    from nodes n where n.model->>'digest' = $1
      or exists (select 1 from events e where e.node_id = n.node_id and e.model_digest = $1)
    order by n.node_id`,
};

/** One line from a model to pictures and people, and on to nodes and events. */
export async function lineageOfModel(sql: Sql, digest: string): Promise<Lineage> {
  const models = await sql.query<Lineage["models"][number]>(MODELS, [digest]);
  const datasets = models.flatMap(({ datasetId }) => datasetId ?? []);
  return {
    models,
    people: await sql.query<Lineage["people"][number]>(PEOPLE, [datasets]),
    pictures: await sql.query<Lineage["pictures"][number]>(PICTURES, [datasets]),
    nodes: await sql.query<Lineage["nodes"][number]>(NODES, [digest]),
  };
}
