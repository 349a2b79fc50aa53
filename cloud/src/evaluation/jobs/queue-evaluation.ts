import { v7 as uuid } from "uuid";
import type { Sql, Statement } from "../../database/postgres.ts";
import { audit } from "../../people/audit.ts";
import { TELL_EVALUATION } from "./evaluation-row.ts";

/** What to judge: a model, against another one, on which pictures. */
export interface EvaluationWish {
  digest: string;
  against: string;
  /** Null: the newest golden set that covers what the model learnt. */
  goldenId: string | null;
}

const FIND: Statement = {
  name: "pending-evaluation-alike",
  text: `select evaluation_id as id from evaluations
    where digest = $1 and against = $2 and wanted_golden is not distinct from $3
      and state in ('queued', 'running') limit 1`,
};
const INSERT: Statement = {
  name: "insert-evaluation",
  text: `insert into evaluations
      (evaluation_id, digest, against, wanted_golden, state, queued_at, queued_by)
    values ($1, $2, $3, $4, 'queued', $5, $6)`,
};

/**
 * Queues an evaluation in the caller's transaction; a trainer takes it up. One that is under way
 * already is not begun a second time.
 * @returns its id.
 */
export async function queueEvaluation(
  sql: Sql,
  wish: EvaluationWish,
  actor: { id: string; name: string },
): Promise<string> {
  const { digest, against, goldenId } = wish;
  const [pending] = await sql.query<{ id: string }>(FIND, [digest, against, goldenId]);
  if (pending !== undefined) return pending.id;
  const evaluationId = uuid();
  const values = [evaluationId, digest, against, goldenId, Date.now(), actor.name];
  await sql.query(INSERT, values);
  const after = { evaluationId, against, goldenId };
  await audit(sql, { actor, action: "model.evaluate", subject: digest, before: null, after });
  await sql.query(TELL_EVALUATION, [evaluationId]);
  return evaluationId;
}
