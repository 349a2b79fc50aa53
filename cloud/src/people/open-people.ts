import type { Logger } from "pino";
import type { CloudConfig } from "../config.ts";
import type { Postgres } from "../database/postgres.ts";
import { anybodyThere, Doorway } from "./invitations.ts";
import { createSignIn, type SignIn } from "./sign-in.ts";
import { WhoAsks } from "./who-asks.ts";

/** How people come in, sign in, and are known. */
export interface PeopleParts {
  signIn: SignIn;
  whoAsks: WhoAsks;
  doorway: Doorway;
}

type PeopleConfig = Pick<
  CloudConfig,
  "roles" | "authSecret" | "publicUrl" | "setupToken" | "serviceToken" | "guestRole"
>;

/** Opens them; a cloud that nobody can come into says so. */
export async function openPeople(
  database: Postgres,
  config: PeopleConfig,
  logger: Logger,
): Promise<PeopleParts> {
  const { roles, authSecret = "", publicUrl, setupToken = null } = config;
  const { serviceToken = null, guestRole = null } = config;
  if (roles.includes("api") && setupToken === null && !(await anybodyThere(database))) {
    logger.warn("nobody can sign in yet: set SENTINEL_SETUP_TOKEN and open /join#TOKEN");
  }
  const secure = publicUrl?.startsWith("https:") ?? false;
  const signIn = createSignIn({ database, secret: authSecret, secure, logger });
  const whoAsks = new WhoAsks({ database, signIn, serviceToken, guestRole });
  return { signIn, whoAsks, doorway: new Doorway(database, setupToken) };
}
