import type { Sql } from "../database/postgres.ts";
import { storableJson } from "../database/storable-json.ts";

/** One change of state, as the audit log keeps it. */
export interface AuditEntry {
  /** Who did it; `{ id: "system", name: "system" }` where Sentinel itself did. */
  actor: { id: string; name: string };
  /** `noun.verb`, for example `camera.edit`. */
  action: string;
  /** What it was done to, for example `local-1/square-2`. */
  subject: string;
  /** The state before and after; null where there was, or is, none. Never holds secrets. */
  before: unknown;
  after: unknown;
}

const INSERT = {
  name: "insert-audit",
  text: `insert into audit_log (at, actor, actor_name, action, subject, before, after)
    values ($1, $2, $3, $4, $5, $6, $7)`,
};

/** Writes an entry where the change itself is written: give it the change's transaction. */
export async function audit(sql: Sql, entry: AuditEntry): Promise<void> {
  const { actor, action, subject, before, after } = entry;
  await sql.query(INSERT, [
    Date.now(),
    actor.id,
    actor.name,
    action,
    subject,
    before === null ? null : storableJson(before),
    after === null ? null : storableJson(after),
  ]);
}
