import { createTRPCClient, httpLink, type TRPCClient } from "@trpc/client";
import type { AppRouter } from "../src/api/router.ts";
import type { Role } from "../src/people/person.ts";
import { SERVICE_TOKEN } from "./api-client.ts";

export const PASSWORD = "correct horse battery staple";

/** A client without WebSocket, as a program or, with a cookie, a browser's page has it. */
export function httpApi(
  httpUrl: string,
  headers: Record<string, string> = { authorization: `Bearer ${SERVICE_TOKEN}` },
): TRPCClient<AppRouter> {
  return createTRPCClient<AppRouter>({
    links: [httpLink({ url: `${httpUrl}/api/trpc`, headers })],
  });
}

/** Signs in as the page does. @returns the answer's status and the cookie to send from then on. */
export async function signIn(
  httpUrl: string,
  email: string,
  password = PASSWORD,
): Promise<{ status: number; cookie: string }> {
  const answer = await fetch(`${httpUrl}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: httpUrl },
    body: JSON.stringify({ email, password }),
  });
  const cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  return { status: answer.status, cookie };
}

/** A new person with a role, signed in. */
export async function addPerson(
  httpUrl: string,
  name: string,
  role: Role,
): Promise<{ id: string; email: string; cookie: string; api: TRPCClient<AppRouter> }> {
  const email = `${name.toLowerCase()}@example.org`;
  const { token } = await httpApi(httpUrl).people.invite.mutate({ role });
  await httpApi(httpUrl, {}).people.enter.mutate({ token, name, email, password: PASSWORD });
  const { cookie } = await signIn(httpUrl, email);
  const api = httpApi(httpUrl, { cookie });
  const { id } = await api.people.me.query();
  return { id, email, cookie, api };
}
