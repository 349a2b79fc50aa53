import type { FastifyInstance } from "fastify";

const READING = ["GET", "HEAD", "OPTIONS"];

/** True where a browser's request comes from a page of this server, or from no browser at all. */
export function isSameOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** Answers 403 to what a page of another origin would change in the name of who looks at it. */
export function addSameOriginCheck(server: FastifyInstance): void {
  server.addHook("onRequest", async (request, reply) => {
    if (READING.includes(request.method)) return;
    if (isSameOrigin(request.headers.origin, request.headers.host)) return;
    return reply.code(403).send({ message: "Another site's page may not do this here." });
  });
}
