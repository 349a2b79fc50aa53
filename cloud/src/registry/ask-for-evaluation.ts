import { TRPCError } from "@trpc/server";
import type { Sql, Statement } from "../database/postgres.ts";
import { queueEvaluation } from "../evaluation/jobs/queue-evaluation.ts";
import type { Person } from "../people/person.ts";
import { findModel, type ModelRow } from "./model-row.ts";
import type { RegistryParts } from "./registry-parts.ts";

const GOLDEN: Statement = {
  name: "golden-set-to-evaluate-on",
  text: "select golden_id from golden_sets where golden_id = $1",
};

/**
 * Queues the comparison of a model with its base, or with another one.
 * @throws TRPCError NOT_FOUND where a model or the golden set is unknown; CONFLICT where there is
 *   nothing to compare it with.
 */
export function askForEvaluation(
  { database }: RegistryParts,
  wish: { digest: string; against?: string | undefined; goldenId?: string | undefined },
  person: Person,
): Promise<{ evaluationId: string }> {
  return database.transaction(async (sql) => {
    const model = await known(sql, wish.digest);
    const against = wish.against ?? model.baseDigest;
    if (against === null) {
      throw refused(`${model.name} has no base; name the model to compare it with`);
    }
    if (against === model.digest) throw refused("a model is not compared with itself");
    await known(sql, against);
    const goldenId = wish.goldenId ?? null;
    if (goldenId !== null && (await sql.query(GOLDEN, [goldenId])).length === 0) {
      throw new TRPCError({ code: "NOT_FOUND", message: `There is no golden set ${goldenId}.` });
    }
    const { digest } = model;
    return { evaluationId: await queueEvaluation(sql, { digest, against, goldenId }, person) };
  });
}

async function known(sql: Sql, digest: string): Promise<ModelRow> {
  const model = await findModel(sql, digest);
  if (model !== null) return model;
  throw new TRPCError({ code: "NOT_FOUND", message: `The registry has no model ${digest}.` });
}

function refused(why: string): TRPCError {
  return new TRPCError({ code: "CONFLICT", message: `Nothing can be evaluated: ${why}.` });
}
