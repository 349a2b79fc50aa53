import { readFileSync } from "node:fs";
import { createTRPCClient, createWSClient, TRPCClientError, wsLink } from "@trpc/client";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type AppRouter, appRouter } from "../src/api/router.ts";
import { ROLES, type Role } from "../src/people/person.ts";
import { connectApi } from "./api-client.ts";
import { addPerson, httpApi, PASSWORD, signIn } from "./people-fixture.ts";
import { type RunningCloud, startCloud } from "./running-cloud.ts";
import { waitUntil } from "./wait-until.ts";

const SETUP_TOKEN = "the-secret-of-the-set-up-link-of-this-test";
const STRINGS = new URL("../../../shared/testdata/bad/strings/blns.json", import.meta.url);

let cloud: RunningCloud;

beforeAll(async () => {
  cloud = await startCloud({}, { SENTINEL_SETUP_TOKEN: SETUP_TOKEN });
});
afterAll(() => cloud.stop());
beforeEach(() => cloud.database.query("truncate people, invitations, audit_log cascade"));

const everything = () => httpApi(cloud.httpUrl);
const anonymous = () => httpApi(cloud.httpUrl, {});

/** The code and message with which a call is refused. */
async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof TRPCClientError) return `${error.data?.code} ${error.message}`;
    throw error;
  }
  return "not refused";
}

async function audited(): Promise<string[]> {
  const rows = await cloud.database.query("select actor_name, action from audit_log order by id");
  return rows.map(({ actor_name, action }) => `${actor_name}: ${action}`);
}

const procedures = Object.entries(appRouter._def.procedures as Record<string, unknown>).map(
  ([path, procedure]) => {
    const { type, meta } = (procedure as { _def: { type: string; meta?: { role?: string } } })._def;
    return { path, type, role: meta?.role };
  },
);

test("every procedure says who may call it; without a role are only those for who comes by a link", () => {
  expect(procedures.length).toBeGreaterThan(50);
  expect(procedures.filter(({ role }) => role === undefined)).toEqual([]);
  const open = procedures.filter(({ role }) => role === "anyone").map(({ path }) => path);
  expect(open).toEqual(["people.welcome", "people.enter"]);
});

test("every procedure is refused to nobody, and to who may not do it", async () => {
  const tokens = new Map<Role, string>();
  const { api } = await addPerson(cloud.httpUrl, "Root", "admin");
  for (const role of ROLES) {
    const { token } = await api.people.createToken.mutate({ name: role, role });
    tokens.set(role, token);
  }
  for (const { path, type, role } of procedures) {
    if (role === "anyone") continue;
    const lower = ROLES[ROLES.indexOf(role as Role) - 1];
    expect([path, await ask(path, type, null)]).toEqual([path, "UNAUTHORIZED SIGN_IN_NEEDED"]);
    if (lower === undefined) continue;
    const asked = await ask(path, type, tokens.get(lower) ?? "");
    expect([path, asked]).toEqual([path, "FORBIDDEN ROLE_TOO_LOW"]);
  }
}, 60_000);

/** How a call without input is answered: its code and, where it is one of ours, the fault's. */
async function ask(path: string, type: string, token: string | null): Promise<string> {
  if (type === "subscription") return subscribe(path, token);
  const answer = await fetch(`${cloud.httpUrl}/api/trpc/${path}`, {
    method: type === "query" ? "GET" : "POST",
    headers: {
      "content-type": "application/json",
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
  });
  const { error } = (await answer.json()) as { error?: { message: string; data: object } };
  return `${(error?.data as { code?: string })?.code} ${error?.message.split(":")[0]}`;
}

async function subscribe(path: string, token: string | null): Promise<string> {
  const { api, close } = connectApi(cloud.httpUrl, token);
  const said = await new Promise<string>((resolve) => {
    const untyped = api as unknown as Record<
      string,
      Record<string, { subscribe(input: unknown, on: object): unknown }>
    >;
    const [router = "", procedure = ""] = path.split(".");
    untyped[router]?.[procedure]?.subscribe(undefined, {
      onStarted: () => resolve("started"),
      onError: (error: TRPCClientError<typeof appRouter>) =>
        resolve(`${error.data?.code} ${error.message.split(":")[0]}`),
    });
  });
  await close();
  return said;
}

test("the set-up link makes the first person admin, once", async () => {
  expect(await anonymous().people.welcome.query({ token: SETUP_TOKEN })).toMatchObject({
    purpose: "join",
    role: "admin",
  });
  const comers = ["Ada", "Bo", "Cy"].map((name) =>
    anonymous().people.enter.mutate({
      token: SETUP_TOKEN,
      name,
      email: `${name}@example.org`,
      password: PASSWORD,
    }),
  );
  const settled = await Promise.allSettled(comers);
  expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(await refusal(anonymous().people.welcome.query({ token: SETUP_TOKEN }))).toContain(
    "INVITATION_REFUSED",
  );
  const { people } = await everything().people.list.query();
  expect(people).toMatchObject([{ role: "admin", disabledAt: null }]);
  const { status, cookie } = await signIn(cloud.httpUrl, people[0]?.email ?? "");
  expect(status).toBe(200);
  const me = await httpApi(cloud.httpUrl, { cookie }).people.me.query();
  expect(me).toMatchObject({ id: people[0]?.id, role: "admin", anybodyThere: true });
  expect(await audited()).toEqual([`${me.name}: person.join`, `${me.name}: session.begin`]);
});

test("a link lets one person in, with its role; used, withdrawn, old and forged ones are refused", async () => {
  const { token } = await everything().people.invite.mutate({ role: "operator" });
  const enter = (secret: string, email: string) =>
    anonymous().people.enter.mutate({ token: secret, name: "Op", email, password: PASSWORD });
  await enter(token, "Op@Example.org");
  expect(await refusal(enter(token, "two@example.org"))).toContain("INVITATION_REFUSED");
  const withdrawn = await everything().people.invite.mutate({ role: "ml" });
  const [waiting] = (await everything().people.list.query()).invitations;
  await everything().people.withdraw.mutate({ invitationId: waiting?.invitationId ?? "" });
  expect(await refusal(enter(withdrawn.token, "x@example.org"))).toContain("INVITATION_REFUSED");
  const old = await everything().people.invite.mutate({ role: "ml" });
  await cloud.database.query("update invitations set expires_at = 1 where used_at is null");
  expect(await refusal(enter(old.token, "x@example.org"))).toContain("INVITATION_REFUSED");
  expect(await refusal(enter("0".repeat(43), "x@example.org"))).toContain("INVITATION_REFUSED");
  const taken = await everything().people.invite.mutate({ role: "viewer" });
  expect(await refusal(enter(taken.token, "op@example.org"))).toContain("EMAIL_TAKEN");
  const nameless = anonymous().people.enter.mutate({ token: taken.token, password: PASSWORD });
  expect(await refusal(nameless)).toContain("NEWCOMER_INCOMPLETE: name is missing");
  const short = anonymous().people.enter.mutate({ token: taken.token, password: "short" });
  expect(await refusal(short)).toContain("a password of at least 15 characters");
  // Refused, the link still holds.
  await enter(taken.token, "late@example.org");
  const { people } = await everything().people.list.query();
  expect(people.map(({ email, role }) => `${email} ${role}`).sort()).toEqual([
    "late@example.org viewer",
    "op@example.org operator",
  ]);
});

test("a session ends by signing out, by time, and with its person; each says so", async () => {
  const op = await addPerson(cloud.httpUrl, "Op", "operator");
  await cloud.database.query("update sessions set expires_at = now() - interval '1 second'");
  expect(await refusal(op.api.people.me.query())).toContain("UNAUTHORIZED SESSION_EXPIRED");
  const again = await signIn(cloud.httpUrl, op.email);
  const out = await fetch(`${cloud.httpUrl}/api/auth/sign-out`, {
    method: "POST",
    headers: { cookie: again.cookie, origin: cloud.httpUrl },
  });
  expect(out.status).toBe(200);
  const signedOut = httpApi(cloud.httpUrl, { cookie: again.cookie });
  expect(await refusal(signedOut.people.me.query())).toContain("SESSION_EXPIRED");
  const last = await signIn(cloud.httpUrl, op.email);
  await addPerson(cloud.httpUrl, "Root", "admin");
  await everything().people.edit.mutate({ personId: op.id, disabled: true });
  const off = httpApi(cloud.httpUrl, { cookie: last.cookie });
  expect(await refusal(off.people.me.query())).toContain("SESSION_EXPIRED");
  expect((await signIn(cloud.httpUrl, op.email)).status).toBeGreaterThanOrEqual(400);
  await everything().people.edit.mutate({ personId: op.id, disabled: false });
  expect((await signIn(cloud.httpUrl, op.email)).status).toBe(200);
  expect(await audited()).toContain("Op: session.end");
});

test("an open WebSocket answers nothing and is closed once its token is revoked", async () => {
  const root = await addPerson(cloud.httpUrl, "Root", "admin");
  const wish = { name: "watcher", role: "viewer" } as const;
  const { token, tokenId } = await root.api.people.createToken.mutate(wish);
  const closed = Promise.withResolvers<number | undefined>();
  const socket = createWSClient({
    url: `${cloud.httpUrl.replace("http", "ws")}/api/trpc`,
    connectionParams: { token },
    retryDelayMs: () => 60_000,
    onClose: (cause) => closed.resolve(cause?.code),
  });
  const api = createTRPCClient<AppRouter>({ links: [wsLink({ client: socket })] });
  await api.nodes.list.query();
  await root.api.people.revokeToken.mutate({ tokenId });
  await waitUntil(async () =>
    (await refusal(api.nodes.list.query())).includes("TOKEN_REFUSED: this token was revoked"),
  );
  expect(await closed.promise).toBe(4401);
  await socket.close();
}, 40_000);

test("a token may what its role may, never more than its person, and no longer than it lasts", async () => {
  const ml = await addPerson(cloud.httpUrl, "Mia", "ml");
  const above = ml.api.people.createToken.mutate({ name: "x", role: "admin" });
  expect(await refusal(above)).toContain("ROLE_TOO_LOW: role is admin; yours is ml");
  const { token, tokenId } = await ml.api.people.createToken.mutate({ name: "ci", role: "ml" });
  const ci = httpApi(cloud.httpUrl, { authorization: `bearer ${token}` });
  expect(await ci.people.me.query()).toMatchObject({ name: "Mia", role: "ml" });
  expect(await ml.api.people.tokens.query()).toMatchObject([{ name: "ci", role: "ml" }]);
  const stored = await cloud.database.query("select sha256 from api_tokens");
  expect(JSON.stringify(stored)).not.toContain(token);
  await addPerson(cloud.httpUrl, "Root", "admin");
  await everything().people.edit.mutate({ personId: ml.id, role: "viewer" });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await ci.people.me.query()).toMatchObject({ role: "viewer" });
  await cloud.database.query("update api_tokens set expires_at = 1");
  expect(await refusal(ci.people.me.query())).toContain("TOKEN_REFUSED: this token ended");
  const other = await addPerson(cloud.httpUrl, "Ole", "viewer");
  expect(await refusal(other.api.people.revokeToken.mutate({ tokenId }))).toContain("NOT_FOUND");
  const nobody = httpApi(cloud.httpUrl, { authorization: "Bearer sentinel_no" });
  expect(await refusal(nobody.people.me.query())).toContain("TOKEN_REFUSED: nobody has");
});

test("the last admin stays; a new password ends every session of its person", async () => {
  const root = await addPerson(cloud.httpUrl, "Root", "admin");
  for (const change of [{ role: "ml" as const }, { disabled: true }]) {
    const tried = root.api.people.edit.mutate({ personId: root.id, ...change });
    expect(await refusal(tried)).toContain("LAST_ADMIN: Root is the only admin");
  }
  const unknown = root.api.people.edit.mutate({ personId: "nobody", disabled: true });
  expect(await refusal(unknown)).toContain("PERSON_UNKNOWN");
  const op = await addPerson(cloud.httpUrl, "Op", "operator");
  const { token } = await root.api.people.offerPassword.mutate({ personId: op.id });
  expect(await anonymous().people.welcome.query({ token })).toMatchObject({
    purpose: "password",
    name: "Op",
    email: op.email,
  });
  const password = "another password of some length";
  await anonymous().people.enter.mutate({ token, password });
  expect(await refusal(op.api.people.me.query())).toContain("SESSION_EXPIRED");
  expect((await signIn(cloud.httpUrl, op.email)).status).toBe(401);
  expect((await signIn(cloud.httpUrl, op.email, password)).status).toBe(200);
});

test("what another site's page would do in a person's name is refused", async () => {
  const op = await addPerson(cloud.httpUrl, "Op", "admin");
  for (const path of ["/api/auth/sign-in/email", "/api/auth/sign-out", "/api/trpc/people.invite"]) {
    const answer = await fetch(`${cloud.httpUrl}${path}`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        origin: "http://evil.example",
        cookie: op.cookie,
      },
      body: JSON.stringify({ role: "admin" }),
    });
    expect([path, answer.status]).toEqual([path, 403]);
  }
  const signUp = await fetch(`${cloud.httpUrl}/api/auth/sign-up/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: cloud.httpUrl },
    body: JSON.stringify({ email: "a@example.org", password: PASSWORD, name: "a" }),
  });
  expect(signUp.status).toBe(404);
});

test("names that break programs are kept as they are, or refused by their field", async () => {
  const lines = JSON.parse(readFileSync(STRINGS, "utf8")) as string[];
  const accepted: string[] = [];
  const root = await addPerson(cloud.httpUrl, "Root", "admin");
  for (const line of lines) {
    const made = root.api.people.createToken.mutate({ name: line, role: "viewer" });
    const told = await refusal(made);
    if (told === "not refused") {
      accepted.push(line.trim());
      continue;
    }
    expect(told).toMatch(/^BAD_REQUEST .*"name"/s);
    expect(told).toContain("a text of 1 to 100 characters");
  }
  const kept = await cloud.database.query("select name from api_tokens order by id");
  expect(kept.map(({ name }) => name)).toEqual(accepted);
  expect(accepted.length).toBeGreaterThan(300);
  const { entries } = await root.api.people.audit.query({ action: "token.", limit: 200 });
  expect(entries).toHaveLength(200);
}, 60_000);

test("a guest may look while nobody has signed up, and no longer", async () => {
  const open = await startCloud({}, { SENTINEL_GUEST_ROLE: "viewer" });
  const guest = httpApi(open.httpUrl, {});
  expect(await guest.people.me.query()).toMatchObject({ id: "guest", role: "viewer" });
  expect(await guest.nodes.list.query()).toEqual([]);
  expect(await refusal(guest.triage.undo.mutate({}))).toContain("ROLE_TOO_LOW");
  await addPerson(open.httpUrl, "Ada", "viewer");
  expect(await refusal(httpApi(open.httpUrl, {}).people.me.query())).toContain("SIGN_IN_NEEDED");
  await open.stop();
});

test("passwords cannot be tried without end", async () => {
  const { email } = await addPerson(cloud.httpUrl, "Eve", "viewer");
  const statuses: number[] = [];
  for (let attempt = 0; attempt < 32; attempt += 1) {
    statuses.push((await signIn(cloud.httpUrl, email, `wrong password number ${attempt}`)).status);
  }
  expect(statuses[0]).toBe(401);
  expect(statuses.at(-1)).toBe(429);
}, 30_000);
