import { z } from "zod";
import type { Postgres, Sql, Statement } from "../database/postgres.ts";
import { storableJson } from "../database/storable-json.ts";
import { audit } from "../people/audit.ts";
import type { Person } from "../people/person.ts";

const SETTING = "triage-keys";

/** What can be done by a key on the page Triage. */
export const TRIAGE_ACTIONS = [
  "accept",
  "reject",
  "skip",
  "undo",
  "duplicate",
  "fix",
  "next",
  "previous",
  "mark-next",
  "mark-previous",
  "next-class",
  "class-1",
  "class-2",
  "class-3",
  "class-4",
  "class-5",
  "class-6",
  "class-7",
  "class-8",
  "class-9",
  "mask",
  "threshold",
  "dismiss",
  "rules",
  "keys",
  "box-left",
  "box-right",
  "box-up",
  "box-down",
  "box-narrower",
  "box-wider",
  "box-shorter",
  "box-taller",
  "box-next",
  "box-previous",
  "box-new",
  "box-delete",
  "box-class",
  "box-keep",
  "box-leave",
] as const;

const key = z
  .string()
  .regex(
    /^(Shift\+)?([!-~]| |[A-Z][A-Za-z0-9]{1,19}|[^\s\p{C}]{1,2})$/u,
    "a key as browsers name it, with Shift+ before it or not",
  );

/** Keys that a person changed; for all others the page's own hold. */
export const triageKeysSchema = z.partialRecord(z.enum(TRIAGE_ACTIONS), key);
export type TriageKeys = z.output<typeof triageKeysSchema>;

const READ: Statement = {
  name: "read-person-setting",
  text: "select value from person_settings where person_id = $1 and name = $2",
};
const WRITE: Statement = {
  name: "write-person-setting",
  text: `insert into person_settings (person_id, name, value, changed_at) values ($1, $2, $3, $4)
    on conflict (person_id, name) do update
      set value = excluded.value, changed_at = excluded.changed_at`,
};

/** The keys that a person changed. */
export async function readTriageKeys(sql: Sql, person: Person): Promise<TriageKeys> {
  const [row] = await sql.query<{ value: unknown }>(READ, [person.id, SETTING]);
  return triageKeysSchema.catch({}).parse(row?.value ?? {});
}

/** Changes a person's keys; none is back to the page's own. */
export function writeTriageKeys(
  database: Postgres,
  person: Person,
  after: TriageKeys,
): Promise<void> {
  return database.transaction(async (sql) => {
    const before = await readTriageKeys(sql, person);
    await sql.query(WRITE, [person.id, SETTING, storableJson(after), Date.now()]);
    await audit(sql, {
      actor: person,
      action: "triage-keys.set",
      subject: person.id,
      before,
      after,
    });
  });
}
