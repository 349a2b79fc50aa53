import type { FastifyInstance } from "fastify";

const LOOPBACK_NAMES = ["127.0.0.1", "localhost", "[::1]"];
const LOOPBACK_ADDRESS = /^(127\.\d+\.\d+\.\d+|localhost|::1|\[::1\])$/;
/** A name or an address, and a port that is not looked at (RFC 9110, 7.2). */
const HOST = /^(\[[0-9a-f:.]+\]|[^:@/[\]]+)(?::\d*)?$/;

/**
 * Answers 421 to requests whose `Host` is not a name of this server, HTTP and WebSocket alike. A
 * page elsewhere whose name is made to mean this address (DNS rebinding) is of the same origin to a
 * browser; only the name tells it apart. Names of this machine are always right; `allowed` are
 * those besides. A server that listens elsewhere, with no names given, answers to all.
 */
export function addAllowedHosts(
  server: FastifyInstance,
  { listen, allowed }: { listen: string; allowed: readonly string[] | undefined },
): void {
  if (allowed === undefined && !LOOPBACK_ADDRESS.test(listen.toLowerCase())) return;
  const names = new Set([...LOOPBACK_NAMES, listen.toLowerCase(), ...(allowed ?? [])]);
  server.addHook("onRequest", async (request, reply) => {
    const name = HOST.exec(request.headers.host?.toLowerCase() ?? "")?.[1];
    if (name !== undefined && names.has(name)) return;
    return reply
      .code(421)
      .header("connection", "close")
      .header("cache-control", "no-store")
      .send({ message: "This server has another name; SENTINEL_ALLOWED_HOSTS lists its names." });
  });
}
