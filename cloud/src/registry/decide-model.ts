import { TRPCError } from "@trpc/server";
import type { Sql, Statement } from "../database/postgres.ts";
import { audit } from "../people/audit.ts";
import type { Person } from "../people/person.ts";
import { FIGURES_DIGEST } from "./evaluation-reads.ts";
import { findModel, type ModelRow } from "./model-row.ts";
import { noKey } from "./register-base.ts";
import type { RegistryParts } from "./registry-parts.ts";
import { signManifest } from "./sign-manifest.ts";

const APPROVE: Statement = {
  name: "approve-model",
  text: `update model_versions set state = 'approved', manifest = $2, approved_by = $3,
    approved_at = $4, approved_why = $5 where digest = $1`,
};
const REJECT: Statement = {
  name: "reject-model",
  text: `update model_versions set state = 'rejected', rejected_by = $2, rejected_at = $3,
    rejected_why = $4 where digest = $1`,
};
const REVOKE: Statement = {
  name: "revoke-model",
  text: `update model_versions set state = 'revoked', revoked_by = $2, revoked_at = $3,
    revoked_why = $4 where digest = $1`,
};
const EVALUATION: Statement = {
  name: "digest-of-evaluation",
  text: `select ${FIGURES_DIGEST} as digest from evaluations e where e.evaluation_id = $1`,
};
const TELL: Statement = {
  name: "tell-model-decision",
  text: "select pg_notify('sentinel_changes', 'models')",
};

/**
 * Lets a candidate into the fleet: its manifest is signed. Only where the gate passed it, or could not
 * decide and the person says why; never where it failed.
 * @throws TRPCError NOT_FOUND, CONFLICT; CodedError SIGNING_KEY_MISSING.
 */
export function approveModel(
  { database, signingKey }: RegistryParts,
  digest: string,
  reason: string | null,
  person: Person,
): Promise<void> {
  return database.transaction(async (sql) => {
    const model = await candidate(sql, digest);
    if (signingKey === null) throw noKey();
    const { gate } = model;
    if (gate === null) throw refused("it was not evaluated yet; evaluate it on a golden set first");
    if (gate.verdict === "fail") {
      const sentences = gate.rules.filter(({ verdict }) => verdict === "fail");
      throw refused(`the gate failed it: ${sentences.map(({ sentence }) => sentence).join(" ")}`);
    }
    if (gate.verdict === "inconclusive" && reason === null) {
      throw refused("the gate could not decide; say in a reason why it should run all the same");
    }
    const at = Date.now();
    const evaluationDigest = await digestOfEvaluation(sql, gate.evaluationId);
    const manifest = signManifest(model, { by: person.name, at, evaluationDigest }, signingKey);
    await sql.query(APPROVE, [digest, JSON.stringify(manifest), person.name, at, reason]);
    const after = { state: "approved", gate: gate.verdict, reason };
    await tell(sql, person, "model.approve", model, after);
  });
}

/** Says that a candidate will not run. @throws TRPCError NOT_FOUND, CONFLICT. */
export function rejectModel(
  { database }: RegistryParts,
  digest: string,
  reason: string,
  person: Person,
): Promise<void> {
  return database.transaction(async (sql) => {
    const model = await candidate(sql, digest);
    await sql.query(REJECT, [digest, person.name, Date.now(), reason]);
    await tell(sql, person, "model.reject", model, { state: "rejected", reason });
  });
}

/** Says that a model must not run any more; statements carry its digest from now on. @throws TRPCError NOT_FOUND, CONFLICT. */
export function revokeModel(
  { database }: RegistryParts,
  digest: string,
  reason: string,
  person: Person,
): Promise<void> {
  return database.transaction(async (sql) => {
    const model = await known(sql, digest);
    if (model.state === "revoked") throw refused("it is revoked already");
    await sql.query(REVOKE, [digest, person.name, Date.now(), reason]);
    await tell(sql, person, "model.revoke", model, { state: "revoked", reason });
  });
}

async function known(sql: Sql, digest: string): Promise<ModelRow> {
  const model = await findModel(sql, digest, true);
  if (model !== null) return model;
  throw new TRPCError({ code: "NOT_FOUND", message: `The registry has no model ${digest}.` });
}

async function candidate(sql: Sql, digest: string): Promise<ModelRow> {
  const model = await known(sql, digest);
  if (model.state === "candidate") return model;
  throw refused(`it is ${model.state} already`);
}

function refused(why: string): TRPCError {
  return new TRPCError({ code: "CONFLICT", message: `This model cannot be decided on: ${why}.` });
}

async function digestOfEvaluation(sql: Sql, evaluationId: string | null): Promise<string | null> {
  const [row] = await sql.query<{ digest: string | null }>(EVALUATION, [evaluationId]);
  return row?.digest ?? null;
}

async function tell(
  sql: Sql,
  person: Person,
  action: string,
  model: ModelRow,
  after: object,
): Promise<void> {
  const { digest: subject, state } = model;
  await audit(sql, { actor: person, action, subject, before: { state }, after });
  await sql.query(TELL, []);
}
