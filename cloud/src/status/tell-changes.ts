import { CHANGES_CHANNEL } from "../database/channels.ts";
import type { Sql } from "../database/postgres.ts";

const TELL_CHANGES = {
  name: "tell-changes",
  text: `select pg_notify('${CHANGES_CHANNEL}', 'nodes'), pg_notify('${CHANGES_CHANNEL}', 'cameras')`,
};

/** Tells, once the transaction commits, that nodes and cameras changed. */
export async function tellChanges(sql: Sql): Promise<void> {
  await sql.query(TELL_CHANGES, []);
}
