import { v7 as uuidV7 } from "uuid";
import type { Postgres, Statement } from "../database/postgres.ts";
import { cloudError } from "../errors.ts";
import { audit } from "./audit.ts";
import { lesserRole, mayAs, type Person, type Role } from "./person.ts";
import { newToken, tokenDigest } from "./secret-token.ts";
import { tellPeople } from "./tell-people.ts";

/** What every token of ours begins with. */
const PREFIX = "sentinel_";
/** How often the time of a token's last use is written at most. */
const USE_NOTED_MS = 60_000;

/** A token as lists show it; the secret itself was shown once. Times are ms. */
export interface ApiToken {
  tokenId: string;
  name: string;
  personId: string;
  personName: string;
  role: Role;
  createdAt: number;
  expiresAt: number;
  lastUsedAt: number | null;
  revokedAt: number | null;
}

const LIST: Statement = {
  name: "api-tokens-list",
  text: `select t.id as "tokenId", t.name, t.person_id as "personId", p.name as "personName", t.role,
      t.created_at as "createdAt", t.expires_at as "expiresAt", t.last_used_at as "lastUsedAt",
      t.revoked_at as "revokedAt"
    from api_tokens t join people p on p.id = t.person_id
    where $1::text is null or t.person_id = $1 order by t.created_at desc limit 500`,
};
const INSERT: Statement = {
  name: "api-tokens-insert",
  text: `insert into api_tokens (id, name, person_id, role, sha256, created_at, expires_at)
    values ($1, $2, $3, $4, $5, $6, $7)`,
};
const REVOKE: Statement = {
  name: "api-tokens-revoke",
  text: `update api_tokens set revoked_at = $3
    where id = $1 and ($2::text is null or person_id = $2) and revoked_at is null
    returning name, person_id as "personId"`,
};
const FIND: Statement = {
  name: "api-tokens-find",
  text: `select t.id as "tokenId", t.role, t.expires_at as "expiresAt", t.revoked_at as "revokedAt",
      t.last_used_at as "lastUsedAt", p.id, p.name, p.role as "ownRole", p.disabled_at as "disabledAt"
    from api_tokens t join people p on p.id = t.person_id where t.sha256 = $1`,
};
const NOTE_USE: Statement = {
  name: "api-tokens-note-use",
  text: "update api_tokens set last_used_at = $2 where id = $1",
};

/** A person's tokens, or everybody's where `personId` is null; the newest first. */
export function listApiTokens(database: Postgres, personId: string | null): Promise<ApiToken[]> {
  return database.query<ApiToken>(LIST, [personId]);
}

/**
 * Makes a token that may do what its role may, and never more than its person.
 * @returns the secret, which is not kept and cannot be shown again.
 * @throws CodedError ROLE_TOO_LOW where the role is above the person's own.
 */
export async function createApiToken(
  database: Postgres,
  wish: { name: string; role: Role; lifeMs: number },
  person: Person,
): Promise<{ tokenId: string; token: string; expiresAt: number }> {
  if (!mayAs(person.role, wish.role)) {
    throw cloudError("ROLE_TOO_LOW", `role is ${wish.role}; yours is ${person.role}`);
  }
  return await database.transaction(async (sql) => {
    const token = newToken(PREFIX);
    const tokenId = uuidV7();
    const now = Date.now();
    const expiresAt = now + wish.lifeMs;
    const { name, role } = wish;
    await sql.query(INSERT, [tokenId, name, person.id, role, tokenDigest(token), now, expiresAt]);
    await audit(sql, {
      actor: person,
      action: "token.create",
      subject: tokenId,
      before: null,
      after: { name, role, expiresAt },
    });
    await tellPeople(sql);
    return { tokenId, token, expiresAt };
  });
}

/** Ends a token at once. @param ownOnly true where only the person's own may be ended. */
export function revokeApiToken(
  database: Postgres,
  { tokenId, ownOnly }: { tokenId: string; ownOnly: boolean },
  person: Person,
): Promise<boolean> {
  return database.transaction(async (sql) => {
    const [revoked] = await sql.query<{ name: string; personId: string }>(REVOKE, [
      tokenId,
      ownOnly ? person.id : null,
      Date.now(),
    ]);
    if (revoked === undefined) return false;
    await audit(sql, {
      actor: person,
      action: "token.revoke",
      subject: tokenId,
      before: revoked,
      after: null,
    });
    await tellPeople(sql);
    return true;
  });
}

interface FoundToken {
  tokenId: string;
  role: Role;
  expiresAt: number;
  revokedAt: number | null;
  lastUsedAt: number | null;
  id: string;
  name: string;
  ownRole: Role;
  disabledAt: number | null;
}

/** In whose name a token speaks. @throws CodedError TOKEN_REFUSED. */
export async function personOfToken(database: Postgres, token: string): Promise<Person> {
  const [found] = await database.query<FoundToken>(FIND, [tokenDigest(token)]);
  const now = Date.now();
  if (found === undefined) throw cloudError("TOKEN_REFUSED", "nobody has this token");
  if (found.revokedAt !== null) throw cloudError("TOKEN_REFUSED", "this token was revoked");
  if (found.expiresAt <= now) {
    throw cloudError("TOKEN_REFUSED", `this token ended at ${new Date(found.expiresAt).toJSON()}`);
  }
  if (found.disabledAt !== null) {
    throw cloudError("TOKEN_REFUSED", "the person whose token this is was switched off");
  }
  if (now - (found.lastUsedAt ?? 0) > USE_NOTED_MS) {
    await database.query(NOTE_USE, [found.tokenId, now]);
  }
  const { id, name } = found;
  return { id, name, role: lesserRole(found.role, found.ownRole) };
}
