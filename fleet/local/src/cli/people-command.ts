import type { AppRouter } from "@sentinel/cloud/api/router";
import type { inferRouterOutputs } from "@trpc/server";
import { type Command, InvalidArgumentError, Option } from "commander";
import { askingCloud, cloudCommand, printJson, printLine } from "./cloud-command.ts";
import { textTable } from "./text-table.ts";

type Outputs = inferRouterOutputs<AppRouter>["people"];
type Role = Outputs["me"]["role"];

/** What one may be made; each may do what those before it may. */
const ROLES: readonly Role[] = ["viewer", "operator", "ml", "admin"];

/** Adds `sentinel people …`: who may do what, links for newcomers, tokens for programs, the audit log. */
export function addPeopleCommand(program: Command): Command {
  const people = program
    .command("people")
    .description("people, their roles and tokens, and who changed what");
  cloudCommand(people.command("me").description("as whom you speak to the cloud")).action(
    askingCloud(async (api, options) => {
      const me = await api.people.me.query();
      if (options.json === true) printJson(me);
      else printLine(`${me.name}, ${me.role}`);
    }),
  );
  cloudCommand(people.command("list").description("everybody, and links that wait")).action(
    askingCloud(async (api, options) => {
      const list = await api.people.list.query();
      if (options.json === true) return printJson(list);
      printLine(textTable(["PERSON", "NAME", "EMAIL", "ROLE", "STATE"], list.people.map(cellsOf)));
      for (const { role, personName, expiresAt } of list.invitations) {
        const what = role === null ? `a new password for ${personName}` : `a new ${role}`;
        printLine(`A link for ${what} waits until ${moment(expiresAt)}.`);
      }
    }),
  );
  cloudCommand(
    people
      .command("invite")
      .description("make a one-time link by which somebody new comes in; it is shown once")
      .addOption(roleOption("what they may do").makeOptionMandatory()),
  ).action(
    askingCloud<[], { role: Role }>(async (api, options) => {
      tellLink(options, await api.people.invite.mutate({ role: options.role }));
    }),
  );
  cloudCommand(
    ofPerson(people, "password", "make a one-time link by which a person sets a new password"),
  ).action(
    askingCloud<[string]>(async (api, options, personId) => {
      tellLink(options, await api.people.offerPassword.mutate({ personId }));
    }),
  );
  cloudCommand(
    ofPerson(people, "role", "give a person another role").addArgument(
      people.createArgument("<role>", "viewer, operator, ml or admin").choices(ROLES),
    ),
  ).action(
    askingCloud<[string, Role]>(async (api, options, personId, role) => {
      await api.people.edit.mutate({ personId, role });
      done(options, { personId, role }, `From now on ${role}.`);
    }),
  );
  for (const [verb, disabled, told] of [
    ["off", true, "Switched off, and signed out everywhere."],
    ["on", false, "Switched on."],
  ] as const) {
    cloudCommand(ofPerson(people, verb, `switch a person ${verb}`)).action(
      askingCloud<[string]>(async (api, options, personId) => {
        await api.people.edit.mutate({ personId, disabled });
        done(options, { personId, disabled }, told);
      }),
    );
  }
  addTokens(people.command("tokens").description("API tokens for programs"));
  addAudit(people);
  return people;
}

function addTokens(tokens: Command): void {
  cloudCommand(
    tokens
      .command("list")
      .description("your tokens; the secrets are never shown again")
      .option("--everybody", "those of everybody (admin)"),
  ).action(
    askingCloud<[], { everybody?: boolean }>(async (api, options) => {
      const list = await api.people.tokens.query({ everybody: options.everybody === true });
      if (options.json === true) return printJson(list);
      const head = ["TOKEN", "NAME", "OF", "ROLE", "HOLDS UNTIL", "LAST USED"];
      const rows = list.map((token) => [
        token.tokenId,
        token.name,
        token.personName,
        token.role,
        token.revokedAt === null ? moment(token.expiresAt) : "revoked",
        token.lastUsedAt === null ? "never" : moment(token.lastUsedAt),
      ]);
      printLine(textTable(head, rows));
    }),
  );
  cloudCommand(
    tokens
      .command("create")
      .description("make a token in your name; it is shown once")
      .argument("<name>", "what it is for")
      .addOption(roleOption("what it may do, at most what you may").makeOptionMandatory())
      .option("--days <n>", "how long it holds, 1 to 366", days, 90),
  ).action(
    askingCloud<[string], { role: Role; days: number }>(async (api, options, name) => {
      const { role, days: life } = options;
      const made = await api.people.createToken.mutate({ name, role, days: life });
      if (options.json === true) return printJson(made);
      printLine(`${made.token}\nHolds until ${moment(made.expiresAt)}. Use it as SENTINEL_TOKEN.`);
    }),
  );
  cloudCommand(
    tokens
      .command("revoke")
      .description("end a token at once")
      .argument("<token>", "its id, from `list`"),
  ).action(
    askingCloud<[string]>(async (api, options, tokenId) => {
      await api.people.revokeToken.mutate({ tokenId });
      done(options, { tokenId }, "Revoked.");
    }),
  );
}

function addAudit(people: Command): void {
  cloudCommand(
    people
      .command("audit")
      .description("who changed what, the newest first")
      .option("--actor <person>", "only of this person's id")
      .option("--action <beginning>", "only actions that begin so, for example rollout.")
      .option("--subject <beginning>", "only subjects that begin so")
      .option("--limit <n>", "how many entries, 1 to 200", limit, 50),
  ).action(
    askingCloud<[], { actor?: string; action?: string; subject?: string; limit: number }>(
      async (api, options) => {
        const { actor = null, action = null, subject = null, limit: most } = options;
        const query = { actor, action, subject, limit: most };
        const { entries } = await api.people.audit.query(query);
        if (options.json === true) return printJson(entries);
        const rows = entries.map((entry) => [
          moment(entry.at),
          entry.actorName,
          entry.action,
          entry.subject,
          `${JSON.stringify(entry.before)} -> ${JSON.stringify(entry.after)}`,
        ]);
        printLine(textTable(["WHEN", "WHO", "WHAT", "TO WHAT", "BEFORE -> AFTER"], rows));
      },
    ),
  );
}

function ofPerson(people: Command, name: string, description: string): Command {
  return people
    .command(name)
    .description(description)
    .argument("<person>", "the person's id, from `list`");
}

function roleOption(description: string): Option {
  return new Option("--role <role>", description).choices(ROLES);
}

function tellLink(
  options: { url?: string; json?: boolean },
  { token, expiresAt }: Outputs["invite"],
): void {
  const path = `/join#${token}`;
  if (options.json === true) printJson({ path, expiresAt });
  else {
    const where = options.url ?? "the dashboard's address";
    printLine(`${path}\nSend it, behind ${where}. It holds until ${moment(expiresAt)}, once.`);
  }
}

function cellsOf(person: Outputs["list"]["people"][number]): string[] {
  const { id, name, email, role, disabledAt, lastSeenAt } = person;
  const seen = lastSeenAt === null ? "signed out" : `seen ${moment(lastSeenAt)}`;
  return [id, name, email, role, disabledAt === null ? seen : `off since ${moment(disabledAt)}`];
}

function done(options: { json?: boolean }, facts: object, text: string): void {
  if (options.json === true) printJson(facts);
  else printLine(text);
}

function moment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

function whole(most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= 1 && value <= most) return value;
    throw new InvalidArgumentError(`A whole number from 1 to ${most}.`);
  };
}
const days = whole(366);
const limit = whole(200);
