import type { ModelLayout } from "@sentinel/protocol/model-catalog";
import type { Envelope } from "@sentinel/protocol/signed-document";
import type { Sql, Statement } from "../database/postgres.ts";
import type { JobProgress } from "../database/tables/training-tables.ts";
import type { GateReport } from "./gate.ts";

/** A model version as its row has it. Times are ms. */
export interface ModelRow {
  digest: string;
  name: string;
  baseDigest: string | null;
  jobId: string | null;
  datasetId: string | null;
  layout: ModelLayout;
  inputSize: number;
  classNames: string[];
  licence: { id: string; url: string; note?: string };
  sizeBytes: number;
  state: "candidate" | "approved" | "rejected" | "revoked";
  gate: (GateReport & { evaluationId: string | null; at: number }) | null;
  manifest: Envelope | null;
  madeAt: number;
  approvedBy: string | null;
  approvedAt: number | null;
  approvedWhy: string | null;
  rejectedBy: string | null;
  rejectedAt: number | null;
  rejectedWhy: string | null;
  revokedBy: string | null;
  revokedAt: number | null;
  revokedWhy: string | null;
  /** Its newest evaluation, one that is not over first; null where there is none. */
  evaluation: {
    evaluationId: string;
    state: "queued" | "running" | "done" | "failed" | "cancelled";
    progress: JobProgress | null;
    /** Code of the fault that ended it. */
    fault: string | null;
  } | null;
  /** Nodes that report it as their model now. */
  nodes: number;
}

const COLUMNS = `m.digest, m.name, m.base_digest as "baseDigest", m.job_id as "jobId",
  m.dataset_id as "datasetId", m.layout, m.input_size as "inputSize", m.class_names as "classNames",
  m.licence, m.size_bytes as "sizeBytes", m.state, m.gate, m.manifest, m.made_at as "madeAt",
  m.approved_by as "approvedBy", m.approved_at as "approvedAt", m.approved_why as "approvedWhy",
  m.rejected_by as "rejectedBy", m.rejected_at as "rejectedAt", m.rejected_why as "rejectedWhy",
  m.revoked_by as "revokedBy", m.revoked_at as "revokedAt", m.revoked_why as "revokedWhy",
  (select jsonb_build_object('evaluationId', e.evaluation_id, 'state', e.state,
      'progress', e.progress, 'fault', e.fault->>'code')
    from evaluations e where e.digest = m.digest
    order by (e.state in ('queued', 'running')) desc, e.queued_at desc, e.evaluation_id desc
    limit 1) as evaluation,
  (select count(*)::int from nodes n where n.model->>'digest' = m.digest) as nodes`;

const LIST: Statement = {
  name: "list-model-versions",
  text: `select ${COLUMNS} from model_versions m order by m.made_at desc, m.digest limit 200`,
};
const FIND: Statement = {
  name: "find-model-version",
  text: `select ${COLUMNS} from model_versions m where m.digest = $1`,
};
const LOCK: Statement = {
  name: "lock-model-version",
  text: `select ${COLUMNS} from model_versions m where m.digest = $1 for update of m`,
};

/** Every model version, the newest first. */
export function listModels(sql: Sql): Promise<ModelRow[]> {
  return sql.query<ModelRow>(LIST, []);
}

/** One model version; null where the registry has none of that digest. */
export async function findModel(sql: Sql, digest: string, lock = false): Promise<ModelRow | null> {
  const [row] = await sql.query<ModelRow>(lock ? LOCK : FIND, [digest]);
  return row ?? null;
}
