import type { Sql, Statement } from "../database/postgres.ts";
import type { EvaluationFigures } from "../evaluation/evaluation-figures.ts";
import { EVALUATION_COLUMNS, type EvaluationRow } from "../evaluation/jobs/evaluation-row.ts";
import { actionOf, type ToldFault } from "../training/jobs/job-reads.ts";
import type { GateReport } from "./gate.ts";

/** An evaluation as people see it, without its figures. */
export interface EvaluationItem extends Omit<EvaluationRow, "fault"> {
  fault: ToldFault | null;
  /** Names of the models and of the golden set that was asked for, where they have one. */
  name: string | null;
  againstName: string | null;
  wantedGoldenName: string | null;
  /** What the gate said; null where it was not asked. */
  gate: GateReport | null;
}

/** SHA-256 of an evaluation's figures as PostgreSQL writes them; a manifest carries it. */
export const FIGURES_DIGEST = "encode(sha256(convert_to(e.figures::text, 'UTF8')), 'hex')";

const COLUMNS = `${EVALUATION_COLUMNS}, e.gate, m.name, b.name as "againstName",
  g.name as "wantedGoldenName"`;
const FROM = `from evaluations e join model_versions m on m.digest = e.digest
  left join model_versions b on b.digest = e.against
  left join golden_sets g on g.golden_id = e.wanted_golden`;

const LIST: Statement = {
  name: "list-evaluations",
  text: `select ${COLUMNS} ${FROM} where e.digest = $1
    order by e.queued_at desc, e.evaluation_id desc limit 100`,
};
const FIND: Statement = {
  name: "find-evaluation",
  text: `select ${COLUMNS}, e.figures, ${FIGURES_DIGEST} as "figuresDigest" ${FROM} where e.evaluation_id = $1`,
};

type NamedRow = Omit<EvaluationItem, "fault"> & Pick<EvaluationRow, "fault">;

/** Evaluations of a model, the newest first. */
export async function listEvaluations(sql: Sql, digest: string): Promise<EvaluationItem[]> {
  return (await sql.query<NamedRow>(LIST, [digest])).map(toItem);
}

/** An evaluation with its figures; null where nothing could be measured, or it is not over. */
export interface EvaluationDetail extends EvaluationItem {
  figures: EvaluationFigures | null;
  figuresDigest: string | null;
}

/** One evaluation with its figures; null where there is none of that id. */
export async function findEvaluation(
  sql: Sql,
  evaluationId: string,
): Promise<EvaluationDetail | null> {
  type Row = NamedRow & Pick<EvaluationDetail, "figures" | "figuresDigest">;
  const [row] = await sql.query<Row>(FIND, [evaluationId]);
  return row === undefined ? null : toItem(row);
}

function toItem<Row extends NamedRow>(row: Row) {
  const { fault } = row;
  return { ...row, fault: fault === null ? null : { ...fault, action: actionOf(fault.code) } };
}
