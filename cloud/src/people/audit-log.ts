import type { Postgres, Statement } from "../database/postgres.ts";

/** One change of state, as people read it. `at` is ms. */
export interface AuditRow {
  id: number;
  at: number;
  actor: string;
  actorName: string;
  action: string;
  subject: string;
  before: unknown;
  after: unknown;
}

/** What the log may be narrowed to; texts are looked for as beginnings of action and subject. */
export interface AuditQuery {
  actor: string | null;
  action: string | null;
  subject: string | null;
  /** Only entries before this one; null begins with the newest. */
  cursor: number | null;
  limit: number;
}

const READ: Statement = {
  name: "audit-log-read",
  text: `select id, at, actor, actor_name as "actorName", action, subject, before, after
    from audit_log
    where ($1::text is null or actor = $1) and ($2::text is null or starts_with(action, $2))
      and ($3::text is null or starts_with(subject, $3)) and ($4::bigint is null or id < $4)
    order by id desc limit $5`,
};

/** Who changed what, the newest first. */
export async function readAuditLog(
  database: Postgres,
  { actor, action, subject, cursor, limit }: AuditQuery,
): Promise<{ entries: AuditRow[]; nextCursor: number | null }> {
  const rows = await database.query<AuditRow>(READ, [actor, action, subject, cursor, limit + 1]);
  const entries = rows.slice(0, limit);
  return { entries, nextCursor: rows.length > limit ? (entries.at(-1)?.id ?? null) : null };
}
