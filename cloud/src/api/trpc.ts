import { CodedError } from "@sentinel/protocol/coded-error";
import { initTRPC, TRPCError } from "@trpc/server";
import { cloudError } from "../errors.ts";
import { mayAs, type Person, type Role } from "../people/person.ts";
import type { AskWho } from "../people/who-asks.ts";
import type { ApiContext } from "./context.ts";
import { unlessDatabaseIsAway } from "./database-away.ts";

/** Who may call a procedure: a role, or `anyone` where a link's secret says who it is. */
interface ProcedureMeta {
  role: Role | "anyone";
}

const t = initTRPC
  .context<ApiContext>()
  .meta<ProcedureMeta>()
  .create({
    isDev: false,
    errorFormatter: ({ shape, error }) =>
      // What went wrong inside is for the log; a person is told what to do.
      error.code === "INTERNAL_SERVER_ERROR"
        ? { ...shape, message: "The cloud could not answer; its log and /readyz say why." }
        : shape,
  });

/** Builds a router from procedures. */
export const router = t.router;

/** A question is given up where the database is away; what a change came to is never guessed. */
const procedure = t.procedure.use(({ ctx, type, next }) =>
  type === "query" ? unlessDatabaseIsAway(ctx.database, next()) : next(),
);

/** A procedure for who comes by a link, before they are anybody. Everything else needs a role. */
export const openProcedure = procedure.meta({ role: "anyone" });

/** Procedures that a signed-in person with that role, or a higher one, may call. */
export const viewerProcedure = procedureFor("viewer");
export const operatorProcedure = procedureFor("operator");
export const mlProcedure = procedureFor("ml");
export const adminProcedure = procedureFor("admin");

function procedureFor(role: Role) {
  return procedure.meta({ role }).use(async ({ ctx, next }) => {
    const person = await signedIn(ctx.askWho, role);
    return next({ ctx: { person } });
  });
}

/** @throws TRPCError UNAUTHORIZED, FORBIDDEN, with the fault's code. */
async function signedIn(askWho: AskWho, least: Role): Promise<Person> {
  const person = await askWho().catch((error: unknown) => {
    throw error instanceof CodedError ? told("UNAUTHORIZED", error) : error;
  });
  if (person === null) {
    throw told("UNAUTHORIZED", cloudError("SIGN_IN_NEEDED", "sign in, or send an API token"));
  }
  if (mayAs(person.role, least)) return person;
  const text = `this needs the role ${least}; ${person.name} is ${person.role}`;
  throw told("FORBIDDEN", cloudError("ROLE_TOO_LOW", text));
}

function told(code: "UNAUTHORIZED" | "FORBIDDEN", cause: CodedError): TRPCError {
  return new TRPCError({ code, message: `${cause.code}: ${cause.message}`, cause });
}
