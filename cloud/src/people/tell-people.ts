import { CHANGES_CHANNEL } from "../database/channels.ts";
import type { Sql } from "../database/postgres.ts";

const TELL = {
  name: "tell-people",
  text: `select pg_notify('${CHANGES_CHANNEL}', 'people')`,
};

/** Lets open pages ask again for people, links and tokens; give it the change's transaction. */
export async function tellPeople(sql: Sql): Promise<void> {
  await sql.query(TELL, []);
}
