import type { Postgres, Sql, Statement } from "../database/postgres.ts";
import { cloudError } from "../errors.ts";
import { audit } from "./audit.ts";
import type { Person, Role } from "./person.ts";
import { tellPeople } from "./tell-people.ts";

/** A person as the admin's list shows them. Times are ms. */
export interface ListedPerson {
  id: string;
  name: string;
  email: string;
  role: Role;
  createdAt: number;
  disabledAt: number | null;
  /** When one of their sessions was last begun or prolonged. */
  lastSeenAt: number | null;
}

const LIST: Statement = {
  name: "people-list",
  text: `select p.id, p.name, p.email, p.role, p.disabled_at as "disabledAt",
      (extract(epoch from p.created_at) * 1000)::bigint as "createdAt",
      (select (extract(epoch from max(s.updated_at)) * 1000)::bigint from sessions s
        where s.user_id = p.id) as "lastSeenAt"
    from people p order by p.disabled_at nulls first, lower(p.name), p.id`,
};
const LOCK_ALL: Statement = {
  name: "people-lock-admins",
  text: "select id, name, role, disabled_at from people order by id for update",
};
const WRITE: Statement = {
  name: "people-write",
  text: "update people set role = $2, disabled_at = $3, updated_at = now() where id = $1",
};
const END_SESSIONS: Statement = {
  name: "people-switch-off",
  text: "delete from sessions where user_id = $1",
};

interface PersonRow {
  id: string;
  name: string;
  role: Role;
  disabled_at: number | null;
}

/** Everybody; those who were switched off last. */
export function listPeople(database: Postgres): Promise<ListedPerson[]> {
  return database.query<ListedPerson>(LIST, []);
}

/**
 * Gives a person another role, or switches them off or on; who is switched off is signed out at once.
 * @throws CodedError PERSON_UNKNOWN, LAST_ADMIN.
 */
export function changePerson(
  database: Postgres,
  { id, role, disabled }: { id: string; role?: Role | undefined; disabled?: boolean | undefined },
  admin: Person,
): Promise<void> {
  return database.transaction(async (sql) => {
    const { person, others } = await lockPeople(sql, id);
    const after = {
      role: role ?? person.role,
      disabledAt: disabled === undefined ? person.disabled_at : disabled ? Date.now() : null,
    };
    const stays = after.role === "admin" && after.disabledAt === null;
    if (!stays && !others.some(isAdmin)) {
      throw cloudError("LAST_ADMIN", `${person.name} is the only admin; make somebody else admin`);
    }
    await sql.query(WRITE, [id, after.role, after.disabledAt]);
    if (after.disabledAt !== null) await sql.query(END_SESSIONS, [id]);
    const before = { role: person.role, disabledAt: person.disabled_at };
    await audit(sql, { actor: admin, action: "person.edit", subject: id, before, after });
    await tellPeople(sql);
  });
}

/** @throws CodedError PERSON_UNKNOWN. */
async function lockPeople(
  sql: Sql,
  id: string,
): Promise<{ person: PersonRow; others: PersonRow[] }> {
  const people = await sql.query<PersonRow>(LOCK_ALL, []);
  const person = people.find((row) => row.id === id);
  if (person === undefined) throw cloudError("PERSON_UNKNOWN", `there is no person ${id}`);
  return { person, others: people.filter((row) => row !== person) };
}

function isAdmin({ role, disabled_at }: PersonRow): boolean {
  return role === "admin" && disabled_at === null;
}
