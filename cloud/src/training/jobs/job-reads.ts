import type { Sql, Statement } from "../../database/postgres.ts";
import type { JobFault } from "../../database/tables/training-tables.ts";
import { cloudErrors } from "../../errors.ts";
import type { JobRow } from "./job-row.ts";

/** A fault with what to do about it, where its code is one of ours. */
export interface ToldFault extends JobFault {
  action: string | null;
}

/** A job as people see it. Times are ms. */
export interface TrainingJob {
  jobId: string;
  datasetId: string;
  /** Names of the dataset version and the models, where they have one. */
  datasetName: string | null;
  baseDigest: string;
  baseName: string | null;
  modelDigest: string | null;
  modelName: string | null;
  engine: JobRow["engine"];
  settings: JobRow["settings"];
  seed: number;
  cause: JobRow["cause"];
  state: JobRow["state"];
  progress: JobRow["progress"];
  curve: JobRow["curve"];
  fault: ToldFault | null;
  attempts: number;
  queuedAt: number;
  queuedBy: string;
  startedAt: number | null;
  endedAt: number | null;
  endedBy: string | null;
}

const COLUMNS = `select j.*, d.name as dataset_name, b.name as base_name, m.name as model_name
  from training_jobs j
  left join dataset_versions d on d.dataset_id = j.dataset_id
  left join model_versions b on b.digest = j.base_digest
  left join model_versions m on m.digest = j.model_digest`;
const LIST: Statement = {
  name: "list-training-jobs",
  text: `${COLUMNS} where $1::bigint is null or j.queued_at < $1
    order by j.queued_at desc, j.job_id desc limit $2`,
};
const FIND: Statement = { name: "find-training-job", text: `${COLUMNS} where j.job_id = $1` };

/** Jobs, the newest first. */
export async function listJobs(
  sql: Sql,
  { limit, before }: { limit: number; before?: number | undefined },
): Promise<TrainingJob[]> {
  return (await sql.query<NamedRow>(LIST, [before ?? null, limit])).map(toJob);
}

/** One job; null where there is none of that id. */
export async function findJob(sql: Sql, jobId: string): Promise<TrainingJob | null> {
  const [row] = await sql.query<NamedRow>(FIND, [jobId]);
  return row === undefined ? null : toJob(row);
}

type NamedRow = JobRow & {
  dataset_name: string | null;
  base_name: string | null;
  model_name: string | null;
};

function toJob(row: NamedRow): TrainingJob {
  return {
    jobId: row.job_id,
    datasetId: row.dataset_id,
    datasetName: row.dataset_name,
    baseDigest: row.base_digest,
    baseName: row.base_name,
    modelDigest: row.model_digest,
    modelName: row.model_name,
    engine: row.engine,
    settings: row.settings,
    seed: row.seed,
    cause: row.cause,
    state: row.state,
    progress: row.progress,
    curve: row.curve,
    fault: row.fault === null ? null : { ...row.fault, action: actionOf(row.fault.code) },
    attempts: row.attempts,
    queuedAt: row.queued_at,
    queuedBy: row.queued_by,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    endedBy: row.ended_by,
  };
}

/** What to do about a code of the cloud's; null for any other. */
export function actionOf(code: string): string | null {
  return Object.entries(cloudErrors).find(([known]) => known === code)?.[1].action ?? null;
}

/** What a job can be started from. */
export interface StartOptions {
  datasets: { datasetId: string; name: string; pictures: number; boxes: number; madeAt: number }[];
  /** `isDefault`: the one that a job begins from where none is named. */
  bases: { digest: string; name: string; state: string; isDefault: boolean }[];
}

const DATASETS: Statement = {
  name: "training-datasets",
  text: `select dataset_id as "datasetId", name, pictures, boxes, made_at as "madeAt"
    from dataset_versions where $1::text is null or dataset_id = $1
    order by made_at desc, dataset_id limit 100`,
};
const BASES: Statement = {
  name: "training-bases",
  text: `select digest, name, state, state = 'approved' and row_number() over (order by
        state = 'approved' desc, coalesce(approved_at, made_at) desc) = 1 as "isDefault"
    from model_versions where layout = 'yolov5' and state in ('approved', 'candidate')
      and ($1::text is null or digest = $1)
    order by "isDefault" desc, made_at desc limit 100`,
};

/** What a job can be started from, or only what the filter names. */
export async function startOptions(
  sql: Sql,
  filter: { datasetId?: string | undefined; digest?: string | undefined } = {},
): Promise<StartOptions> {
  const [datasets, bases] = await Promise.all([
    sql.query<StartOptions["datasets"][number]>(DATASETS, [filter.datasetId ?? null]),
    sql.query<StartOptions["bases"][number]>(BASES, [filter.digest ?? null]),
  ]);
  return { datasets, bases };
}
