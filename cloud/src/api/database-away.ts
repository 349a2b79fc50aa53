import { TRPCError } from "@trpc/server";
import type { Postgres } from "../database/postgres.ts";
import { readiness } from "./health.ts";

/** A question that takes longer may be a hard one, or the database may be away. */
const PATIENCE_MS = 3_000;

/** What a procedure came to; see tRPC's middlewares. */
type Outcome = { ok: true } | { ok: false; error: TRPCError };

/**
 * Waits for an answer as long as the database answers at all: one that was stopped, or whose network
 * is gone, keeps its connections open and silent. An answer that failed because the database is away
 * says so.
 * @throws TRPCError SERVICE_UNAVAILABLE (503) where the database is away.
 */
export async function unlessDatabaseIsAway<Answer extends Outcome>(
  database: Postgres,
  answer: Promise<Answer>,
): Promise<Answer> {
  const late = Symbol();
  const { promise, resolve } = Promise.withResolvers<typeof late>();
  const timer = setTimeout(() => resolve(late), PATIENCE_MS);
  const first = await Promise.race([answer, promise]).finally(() => clearTimeout(timer));
  if (first === late) await refuseWhereAway(database);
  const outcome = await answer;
  if (!outcome.ok && outcome.error.code === "INTERNAL_SERVER_ERROR") {
    await refuseWhereAway(database, outcome.error);
  }
  return outcome;
}

async function refuseWhereAway(database: Postgres, cause?: Error): Promise<void> {
  const fault = () => database.ping().then(() => null);
  const { ready } = await readiness([{ name: "postgres", fault }]);
  if (ready) return;
  const message = "DATABASE_UNREACHABLE: PostgreSQL does not answer now; ask again in a moment.";
  throw new TRPCError({ code: "SERVICE_UNAVAILABLE", message, cause });
}
