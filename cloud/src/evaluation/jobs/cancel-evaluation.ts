import type { Sql, Statement } from "../../database/postgres.ts";
import { audit } from "../../people/audit.ts";
import { TELL_EVALUATION } from "./evaluation-row.ts";

const READ: Statement = {
  name: "read-evaluation-to-cancel",
  text: "select state, digest from evaluations where evaluation_id = $1 for update",
};
const CANCEL: Statement = {
  name: "cancel-evaluation",
  text: `update evaluations set state = 'cancelled', ended_at = $2, ended_by = $3, progress = null
    where evaluation_id = $1`,
};

/**
 * Cancels an evaluation at once; the trainer that works on it hears so and ends its process. What the
 * gate said before stays.
 * @returns the state of one that was over already, null where it was not, undefined where there is none.
 */
export async function cancelEvaluation(
  sql: Sql,
  evaluationId: string,
  actor: { id: string; name: string },
): Promise<string | null | undefined> {
  const [known] = await sql.query<{ state: string; digest: string }>(READ, [evaluationId]);
  if (known === undefined) return undefined;
  const { state, digest } = known;
  if (state !== "queued" && state !== "running") return state;
  await sql.query(CANCEL, [evaluationId, Date.now(), actor.name]);
  await audit(sql, {
    actor,
    action: "model.cancel-evaluation",
    subject: digest,
    before: { evaluationId, state },
    after: { evaluationId, state: "cancelled" },
  });
  await sql.query(TELL_EVALUATION, [evaluationId]);
  return null;
}
