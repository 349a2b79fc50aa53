import { hash, verify } from "@node-rs/argon2";

/** NIST SP 800-63B-4, 3.1.1.2: at least 15 characters where a password is all there is. */
export const MIN_PASSWORD_LENGTH = 15;
/** Long enough for any phrase; bounds what is hashed. */
export const MAX_PASSWORD_LENGTH = 128;

/** Argon2id as OWASP's password storage cheat sheet recommends: 19 MiB, two passes, one lane. */
const ARGON2ID = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** The password's hash, in the PHC string format, which holds salt and parameters. */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize("NFKC"), ARGON2ID);
}

/** True where the hash is this password's. */
export function verifyPassword(password: string, kept: string): Promise<boolean> {
  return verify(kept, password.normalize("NFKC"));
}
