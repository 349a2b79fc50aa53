import type { Postgres } from "../database/postgres.ts";
import { cloudError } from "../errors.ts";
import { personOfToken } from "./api-tokens.ts";
import { anybodyThere } from "./invitations.ts";
import type { Person, Role } from "./person.ts";
import { sameSecret } from "./secret-token.ts";
import { personOfCookie, type SignIn } from "./sign-in.ts";

/** What a request brings to say who asks. */
export interface Credentials {
  /** The header `cookie`. */
  cookie: string | undefined;
  /** The token of `authorization: Bearer …`, or of a WebSocket's connection parameters. */
  token: string | undefined;
}

/** Who asks over one connection; asked again and again, because sessions end and roles change. */
export type AskWho = () => Promise<Person | null>;

/** A program of this deployment itself, such as the one that brings the first model in. */
const SERVICE: Person = { id: "service", name: "Sentinel's own tools", role: "admin" };

/** An answer is used again for so long, so that a page's many questions are one look. */
const ANSWER_HOLDS_MS = 2_000;

interface WhoAsksOptions {
  database: Postgres;
  signIn: SignIn;
  /** The secret of this deployment's own programs; null where there are none. */
  serviceToken: string | null;
  /** What somebody without credentials may do while nobody has signed up; null is nothing. */
  guestRole: Role | null;
}

/** Tells who asks: a signed-in person, an API token's person, this deployment's own tools, a guest. */
export class WhoAsks {
  readonly #options: WhoAsksOptions;

  constructor(options: WhoAsksOptions) {
    this.#options = options;
  }

  /** One connection's question; its answer is at most {@link ANSWER_HOLDS_MS} old. */
  over(credentials: Credentials): AskWho {
    let answer: { person: Promise<Person | null>; until: number } | null = null;
    return () => {
      const now = Date.now();
      if (answer === null || answer.until < now) {
        answer = { person: this.#ask(credentials), until: now + ANSWER_HOLDS_MS };
        // A failed look is not an answer.
        answer.person.catch(() => {
          answer = null;
        });
      }
      return answer.person;
    };
  }

  /** @throws CodedError TOKEN_REFUSED, SESSION_EXPIRED. */
  async #ask({ cookie, token }: Credentials): Promise<Person | null> {
    const { database, signIn, serviceToken } = this.#options;
    if (token !== undefined) {
      if (serviceToken !== null && sameSecret(token, serviceToken)) return SERVICE;
      return await personOfToken(database, token);
    }
    if (cookie !== undefined && /(^|;\s*)(__Secure-)?sentinel\.session_token=/.test(cookie)) {
      const person = await personOfCookie(signIn, cookie);
      if (person !== null) return person;
      if (await this.#isGuest()) return this.#guest();
      throw cloudError("SESSION_EXPIRED", "this session is over");
    }
    return (await this.#isGuest()) ? this.#guest() : null;
  }

  async #isGuest(): Promise<boolean> {
    return this.#options.guestRole !== null && !(await anybodyThere(this.#options.database));
  }

  #guest(): Person {
    return { id: "guest", name: "Guest", role: this.#options.guestRole ?? "viewer" };
  }
}
