import { v7 as uuidV7 } from "uuid";
import type { Postgres, Sql, Statement } from "../database/postgres.ts";
import { cloudError } from "../errors.ts";
import { audit } from "./audit.ts";
import { hashPassword } from "./passwords.ts";
import type { Person, Role } from "./person.ts";
import { newToken, sameSecret, tokenDigest } from "./secret-token.ts";
import { tellPeople } from "./tell-people.ts";

/** How long a link waits to be used. */
const LIFE_MS = 7 * 24 * 3_600_000;

/** What a link is for: somebody new with a role, or a new password of a person who is there. */
export type InvitationPurpose = { role: Role } | { personId: string };

/** What a link that still holds leads to. */
export type Welcome =
  | { purpose: "join"; role: Role }
  | { purpose: "password"; name: string; email: string };

/** A link that waits, as the admin's list shows it. Times are ms. */
export interface WaitingInvitation {
  invitationId: string;
  role: Role | null;
  personName: string | null;
  createdAt: number;
  expiresAt: number;
}

/** What somebody who comes by a link says; name and address only where they are new. */
export interface Newcomer {
  token: string;
  name?: string | undefined;
  email?: string | undefined;
  password: string;
}

const INSERT: Statement = {
  name: "invitations-insert",
  text: `insert into invitations (id, sha256, role, person_id, created_by, created_at, expires_at)
    values ($1, $2, $3, $4, $5, $6, $7)`,
};
const LIST: Statement = {
  name: "invitations-list",
  text: `select i.id as "invitationId", i.role, p.name as "personName", i.created_at as "createdAt",
      i.expires_at as "expiresAt"
    from invitations i left join people p on p.id = i.person_id
    where i.used_at is null and i.expires_at > $1 order by i.created_at desc`,
};
const WITHDRAW: Statement = {
  name: "invitations-withdraw",
  text: "delete from invitations where id = $1 and used_at is null returning role",
};
const FIND: Statement = {
  name: "invitations-find",
  text: `select i.id, i.role, i.person_id as "personId", p.name, p.email from invitations i
    left join people p on p.id = i.person_id
    where i.sha256 = $1 and i.used_at is null and i.expires_at > $2`,
};
const LOCK: Statement = {
  name: "invitations-lock",
  text: "select id from invitations where id = $1 and used_at is null for update",
};
const USE: Statement = {
  name: "invitations-use",
  text: "update invitations set used_at = $2 where id = $1",
};
const LOCK_PEOPLE: Statement = {
  name: "people-lock",
  text: "lock table people in share row exclusive mode",
};
const ANYBODY: Statement = {
  name: "people-anybody",
  text: "select exists (select 1 from people) as there",
};
const PERSON_THERE: Statement = {
  name: "people-there",
  text: "select 1 from people where id = $1",
};
const EMAIL_TAKEN: Statement = {
  name: "people-email-taken",
  text: "select 1 from people where email = $1",
};
const ADD_PERSON: Statement = {
  name: "people-add",
  text: "insert into people (id, name, email, email_verified, role) values ($1, $2, $3, false, $4)",
};
const SET_PASSWORD: Statement = {
  name: "people-set-password",
  text: "update credentials set password = $2, updated_at = now() where user_id = $1",
};
const ADD_PASSWORD: Statement = {
  name: "people-add-password",
  text: `insert into credentials (id, user_id, account_id, provider_id, password)
    values ($1, $2, $2, 'credential', $3)`,
};
const END_SESSIONS: Statement = {
  name: "people-end-sessions",
  text: "delete from sessions where user_id = $1",
};

interface FoundInvitation {
  id: string;
  role: Role | null;
  personId: string | null;
  name: string | null;
  email: string | null;
}

/** True once the first person came; from then on the set-up link is dead. */
export async function anybodyThere(sql: Sql): Promise<boolean> {
  const [row] = await sql.query<{ there: boolean }>(ANYBODY, []);
  return row?.there ?? false;
}

/** Makes a link. @returns its secret, which is not kept. @throws CodedError PERSON_UNKNOWN. */
export function invite(
  database: Postgres,
  purpose: InvitationPurpose,
  admin: Person,
): Promise<{ token: string; expiresAt: number }> {
  const role = "role" in purpose ? purpose.role : null;
  const personId = "personId" in purpose ? purpose.personId : null;
  return database.transaction(async (sql) => {
    if (personId !== null && (await sql.query(PERSON_THERE, [personId])).length === 0) {
      throw cloudError("PERSON_UNKNOWN", `there is no person ${personId}`);
    }
    const token = newToken("");
    const id = uuidV7();
    const now = Date.now();
    const expiresAt = now + LIFE_MS;
    await sql.query(INSERT, [id, tokenDigest(token), role, personId, admin.id, now, expiresAt]);
    await audit(sql, {
      actor: admin,
      action: role === null ? "person.offer-password" : "person.invite",
      subject: personId ?? id,
      before: null,
      after: { role, expiresAt },
    });
    await tellPeople(sql);
    return { token, expiresAt };
  });
}

/** Links that wait to be used; the newest first. */
export function waitingInvitations(database: Postgres): Promise<WaitingInvitation[]> {
  return database.query<WaitingInvitation>(LIST, [Date.now()]);
}

/** Makes a link useless. @returns false where it was used, or is none. */
export function withdraw(database: Postgres, id: string, admin: Person): Promise<boolean> {
  return database.transaction(async (sql) => {
    const [gone] = await sql.query<{ role: Role | null }>(WITHDRAW, [id]);
    if (gone === undefined) return false;
    const entry = { actor: admin, action: "person.withdraw", subject: id };
    await audit(sql, { ...entry, before: gone, after: null });
    await tellPeople(sql);
    return true;
  });
}

/** People's way in: by the set-up link while nobody is there, by an admin's link afterwards. */
export class Doorway {
  readonly #database: Postgres;
  readonly #setupToken: string | null;

  /** @param setupToken the secret of the link that makes the first person admin; null where there is none. */
  constructor(database: Postgres, setupToken: string | null) {
    this.#database = database;
    this.#setupToken = setupToken;
  }

  /** What a link leads to. @throws CodedError INVITATION_REFUSED. */
  async welcome(token: string): Promise<Welcome> {
    if (await this.#isSetup(this.#database, token)) return { purpose: "join", role: "admin" };
    const { role, name, email } = await find(this.#database, token);
    if (role !== null) return { purpose: "join", role };
    return { purpose: "password", name: name ?? "", email: email ?? "" };
  }

  /**
   * Lets somebody in: a new person, or one who is there with a new password, whose sessions all end.
   * @returns the address to sign in with.
   * @throws CodedError INVITATION_REFUSED, EMAIL_TAKEN, NEWCOMER_INCOMPLETE.
   */
  async enter(newcomer: Newcomer): Promise<{ email: string }> {
    await this.welcome(newcomer.token);
    const password = await hashPassword(newcomer.password);
    return this.#database.transaction(async (sql) => {
      await sql.query(LOCK_PEOPLE, []);
      if (await this.#isSetup(sql, newcomer.token)) {
        return add(sql, newcomer, password, { role: "admin", by: "the set-up link" });
      }
      const found = await find(sql, newcomer.token);
      const [locked] = await sql.query(LOCK, [found.id]);
      if (locked === undefined) throw refused();
      await sql.query(USE, [found.id, Date.now()]);
      if (found.role !== null) {
        return add(sql, newcomer, password, { role: found.role, by: found.id });
      }
      return replacePassword(sql, found, password);
    });
  }

  async #isSetup(sql: Sql, token: string): Promise<boolean> {
    const expected = this.#setupToken;
    return expected !== null && sameSecret(token, expected) && !(await anybodyThere(sql));
  }
}

async function find(sql: Sql, token: string): Promise<FoundInvitation> {
  const [found] = await sql.query<FoundInvitation>(FIND, [tokenDigest(token), Date.now()]);
  if (found === undefined) throw refused();
  return found;
}

function refused() {
  return cloudError("INVITATION_REFUSED", "this link was used, withdrawn, is too old, or is none");
}

async function add(
  sql: Sql,
  { name, email }: Newcomer,
  password: string,
  { role, by }: { role: Role; by: string },
): Promise<{ email: string }> {
  if (name === undefined) throw cloudError("NEWCOMER_INCOMPLETE", "name is missing");
  if (email === undefined) throw cloudError("NEWCOMER_INCOMPLETE", "email is missing");
  const [taken] = await sql.query(EMAIL_TAKEN, [email]);
  if (taken !== undefined) throw cloudError("EMAIL_TAKEN", `${email} belongs to somebody`);
  const id = uuidV7();
  await sql.query(ADD_PERSON, [id, name, email, role]);
  await sql.query(ADD_PASSWORD, [uuidV7(), id, password]);
  await audit(sql, {
    actor: { id, name },
    action: "person.join",
    subject: id,
    before: null,
    after: { name, email, role, by },
  });
  await tellPeople(sql);
  return { email };
}

async function replacePassword(
  sql: Sql,
  { personId, name, email }: FoundInvitation,
  password: string,
): Promise<{ email: string }> {
  await sql.query(SET_PASSWORD, [personId, password]);
  await sql.query(END_SESSIONS, [personId]);
  const actor = { id: personId ?? "", name: name ?? "" };
  const entry = { actor, action: "person.set-password", subject: personId ?? "" };
  await audit(sql, { ...entry, before: null, after: null });
  await tellPeople(sql);
  return { email: email ?? "" };
}
