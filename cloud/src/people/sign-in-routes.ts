import type { FastifyInstance, FastifyRequest } from "fastify";
import { CLIENT_ADDRESS_HEADER, INNER_ORIGIN, SIGN_IN_PATH, type SignIn } from "./sign-in.ts";

/** The library's routes that people use; all others of it answer 404. */
const ROUTES = [
  ["POST", "/sign-in/email"],
  ["POST", "/sign-out"],
  ["POST", "/change-password"],
  ["GET", "/get-session"],
] as const;

/** Headers of a request that the library needs, besides those that we set ourselves. */
const PASSED_ON = ["cookie", "user-agent", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest"];

/** Signing in and out: `/api/auth/…`. That a request is of our own pages was checked before. */
export function addSignInRoutes(server: FastifyInstance, signIn: SignIn): void {
  for (const [method, path] of ROUTES) {
    server.route({
      method,
      url: `${SIGN_IN_PATH}${path}`,
      handler: async (request, reply) => {
        const answer = await signIn.handler(innerRequest(request));
        reply.code(answer.status).header("cache-control", "no-store");
        for (const [name, value] of answer.headers) {
          if (name !== "set-cookie") reply.header(name, value);
        }
        for (const cookie of answer.headers.getSetCookie()) reply.header("set-cookie", cookie);
        return reply.send(await answer.text());
      },
    });
  }
}

function innerRequest(request: FastifyRequest): Request {
  const headers = new Headers({
    origin: INNER_ORIGIN,
    "content-type": "application/json",
    [CLIENT_ADDRESS_HEADER]: request.ip,
  });
  for (const name of PASSED_ON) {
    const value = request.headers[name];
    if (typeof value === "string") headers.set(name, value);
  }
  const hasBody = request.method === "POST";
  return new Request(new URL(request.url, INNER_ORIGIN), {
    method: request.method,
    headers,
    ...(hasBody ? { body: JSON.stringify(request.body ?? {}) } : {}),
  });
}
