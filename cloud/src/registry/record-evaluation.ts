import type { Postgres, Statement } from "../database/postgres.ts";
import { storableJson } from "../database/storable-json.ts";
import { cloudError } from "../errors.ts";
import type { EvaluationSink } from "../evaluation/jobs/evaluation-sink.ts";
import { audit } from "../people/audit.ts";
import { compareOnNodes, latenciesOnNodes } from "./agent-latency.ts";
import { type GatePolicy, type GateReport, judgeGate, unmeasurable } from "./gate.ts";
import { findModel } from "./model-row.ts";

const END: Statement = {
  name: "end-evaluation",
  text: `update evaluations set state = 'done', ended_at = $2, figures = $3, gate = $4,
      progress = null, fault = null
    where evaluation_id = $1 and state = 'running' returning evaluation_id`,
};
const SET_GATE: Statement = {
  name: "set-gate",
  text: "update model_versions set gate = $2 where digest = $1 and state = 'candidate'",
};
const TELL: Statement = {
  name: "tell-evaluation",
  text: "select pg_notify('sentinel_changes', 'models')",
};
const SYSTEM = { id: "system", name: "system" };

/**
 * Keeps what came of an evaluation and asks the gate: a candidate is judged by its comparison with its
 * base, and one that cannot be measured fails. Comparisons with other models are kept, not judged.
 * @throws CodedError MODEL_UNUSABLE of a model that cannot be measured and is not judged.
 */
export function evaluationRecorder(database: Postgres, policy: GatePolicy): EvaluationSink {
  return async ({ evaluationId, digest, against }, measuredOn, result) => {
    const model = await findModel(database, digest);
    const isJudged = model?.baseDigest === against;
    if ("unmeasurable" in result && !isJudged) {
      throw cloudError("MODEL_UNUSABLE", result.unmeasurable);
    }
    const at = Date.now();
    const report = isJudged ? await judge() : null;
    await database.transaction(async (sql) => {
      const figures = "unmeasurable" in result ? null : storableJson(result);
      const gate = report === null ? null : storableJson(report);
      if ((await sql.query(END, [evaluationId, at, figures, gate])).length === 0) return;
      if (report !== null) {
        await sql.query(SET_GATE, [digest, storableJson({ ...report, evaluationId, at })]);
        const { kind, name } = measuredOn;
        await audit(sql, {
          actor: SYSTEM,
          action: "model.judge",
          subject: digest,
          before: model?.gate == null ? null : { verdict: model.gate.verdict },
          after: { verdict: report.verdict, evaluationId, on: `${kind} ${name}` },
        });
      }
      await sql.query(TELL, []);
    });

    async function judge(): Promise<GateReport> {
      if ("unmeasurable" in result) return unmeasurable(result.unmeasurable, policy);
      const latencies = await latenciesOnNodes(database, [digest, against]);
      const onNodes = compareOnNodes(latencies, against, digest);
      return judgeGate({ figures: result, measuredOn, onNodes }, policy);
    }
  };
}
