import { betterAuth } from "better-auth";
import type { Kysely } from "kysely";
import type { Logger } from "pino";
import type { Postgres } from "../database/postgres.ts";
import { audit } from "./audit.ts";
import {
  hashPassword,
  MAX_PASSWORD_LENGTH,
  MIN_PASSWORD_LENGTH,
  verifyPassword,
} from "./passwords.ts";
import { type Person, ROLES } from "./person.ts";

/** A session that nobody used for so long is over: a shift and a half. */
const SESSION_SECONDS = 12 * 3600;
/** A session that is used is prolonged at most this often. */
const PROLONG_SECONDS = 600;

/**
 * The library never learns under which name people reach us: `SignInRoutes` checks origins itself,
 * and hands it requests of this address.
 */
export const INNER_ORIGIN = "http://sentinel.invalid";
/** The only header from which the library takes a client's address; set by us, never passed on. */
export const CLIENT_ADDRESS_HEADER = "x-sentinel-client-address";
/** Where its routes lie. */
export const SIGN_IN_PATH = "/api/auth";

interface SignInOptions {
  database: Postgres;
  /** Signs session cookies; at least 32 characters. Another one signs everybody out. */
  secret: string;
  /** True where people come by https: the cookie then never travels without. */
  secure: boolean;
  logger: Logger;
}

/** Passwords, sessions and their cookies: better-auth over our tables `people`, `credentials`, `sessions`. */
export function createSignIn({ database, secret, secure, logger }: SignInOptions) {
  const told = (level: "error" | "warn", message: string, facts: unknown[]) =>
    logger[level]({ facts }, `sign-in: ${message}`);
  return betterAuth({
    appName: "Sentinel",
    baseURL: INNER_ORIGIN,
    basePath: SIGN_IN_PATH,
    secret,
    telemetry: { enabled: false },
    // The library's own view of a typed database is an untyped one.
    database: { db: database.reads as unknown as Kysely<unknown>, type: "postgres" },
    logger: {
      level: "warn",
      log: (level, message, ...facts) => told(level === "error" ? "error" : "warn", message, facts),
    },
    emailAndPassword: {
      enabled: true,
      // People come by invitation: see invitations.ts.
      disableSignUp: true,
      minPasswordLength: MIN_PASSWORD_LENGTH,
      maxPasswordLength: MAX_PASSWORD_LENGTH,
      password: {
        hash: hashPassword,
        verify: ({ hash, password }) => verifyPassword(password, hash),
      },
    },
    user: {
      modelName: "people",
      fields: { emailVerified: "email_verified", createdAt: "created_at", updatedAt: "updated_at" },
      additionalFields: {
        role: { type: [...ROLES], input: false, defaultValue: "viewer" },
        disabledAt: { type: "number", fieldName: "disabled_at", input: false, required: false },
      },
    },
    session: {
      modelName: "sessions",
      expiresIn: SESSION_SECONDS,
      updateAge: PROLONG_SECONDS,
      fields: {
        userId: "user_id",
        expiresAt: "expires_at",
        ipAddress: "ip_address",
        userAgent: "user_agent",
        createdAt: "created_at",
        updatedAt: "updated_at",
      },
    },
    account: {
      modelName: "credentials",
      fields: {
        userId: "user_id",
        accountId: "account_id",
        providerId: "provider_id",
        accessToken: "access_token",
        refreshToken: "refresh_token",
        idToken: "id_token",
        accessTokenExpiresAt: "access_token_expires_at",
        refreshTokenExpiresAt: "refresh_token_expires_at",
        createdAt: "created_at",
        updatedAt: "updated_at",
      },
    },
    verification: {
      modelName: "verifications",
      fields: { expiresAt: "expires_at", createdAt: "created_at", updatedAt: "updated_at" },
    },
    advanced: {
      cookiePrefix: "sentinel",
      useSecureCookies: secure,
      ipAddress: { ipAddressHeaders: [CLIENT_ADDRESS_HEADER] },
    },
    // By address: a whole shift signs in from one within a minute; who guesses needs millions.
    rateLimit: {
      enabled: true,
      window: 60,
      max: 600,
      customRules: { "/sign-in/email": { window: 60, max: 30 } },
    },
    databaseHooks: {
      session: {
        create: {
          before: async ({ userId }) => !(await isDisabled(database, userId)),
          after: async ({ userId, ipAddress }) =>
            tellSession(database, userId, "session.begin", { from: ipAddress ?? null }),
        },
        delete: {
          after: async ({ userId }) => tellSession(database, userId, "session.end", null),
        },
      },
      account: {
        update: {
          after: async ({ userId }) =>
            tellSession(database, userId, "person.change-password", null),
        },
      },
    },
  });
}

/** What {@link createSignIn} makes. */
export type SignIn = ReturnType<typeof createSignIn>;

/** Whose cookie this is; null where it is nobody's, is over, or its person was switched off. */
export async function personOfCookie(signIn: SignIn, cookie: string): Promise<Person | null> {
  const found = await signIn.api.getSession({
    headers: new Headers({ cookie }),
    query: { disableRefresh: true },
  });
  if (found === null || found.user.disabledAt != null) return null;
  const { id, name, role } = found.user;
  return { id, name, role };
}

const READ_PERSON = {
  name: "sign-in-person",
  text: "select name, disabled_at from people where id = $1",
};

async function isDisabled(database: Postgres, id: string): Promise<boolean> {
  const [person] = await database.query<{ disabled_at: number | null }>(READ_PERSON, [id]);
  return person === undefined || person.disabled_at !== null;
}

async function tellSession(
  database: Postgres,
  id: string,
  action: string,
  after: unknown,
): Promise<void> {
  const [person] = await database.query<{ name: string }>(READ_PERSON, [id]);
  const actor = { id, name: person?.name ?? id };
  await audit(database, { actor, action, subject: id, before: null, after });
}
