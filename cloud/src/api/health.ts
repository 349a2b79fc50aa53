import type { FastifyInstance } from "fastify";

/** One thing that the cloud cannot do without; tells why it is not usable, or null. */
export interface Dependency {
  name: "postgres" | "broker" | "blobs";
  fault: () => Promise<string | null>;
}

/** What `/readyz` answers. */
export interface Readiness {
  ready: boolean;
  dependencies: { name: string; ready: boolean; fault: string | null }[];
  notReady: string[];
}

const ANSWER_MS = 3_000;

/** Asks every dependency at once; one that does not answer in time is not ready. */
export async function readiness(dependencies: readonly Dependency[]): Promise<Readiness> {
  const asked = await Promise.all(
    dependencies.map(async ({ name, fault }) => {
      const found = await withinTime(fault);
      return { name, ready: found === null, fault: found };
    }),
  );
  const notReady = asked.filter(({ ready }) => !ready).map(({ name }) => name);
  return { ready: notReady.length === 0, dependencies: asked, notReady };
}

/** `/healthz`: this process is alive. `/readyz`: 200 where it can work, 503 naming what is not ready. */
export function addHealthRoutes(
  server: FastifyInstance,
  dependencies: readonly Dependency[],
): void {
  server.get("/healthz", async () => ({ alive: true }));
  server.get("/readyz", async (_request, reply) => {
    const answer = await readiness(dependencies);
    return reply
      .code(answer.ready ? 200 : 503)
      .header("cache-control", "no-store")
      .send(answer);
  });
}

async function withinTime(fault: Dependency["fault"]): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const timer = setTimeout(() => resolve("no answer in time"), ANSWER_MS);
  try {
    return await Promise.race([fault(), promise]);
  } catch (error) {
    return error instanceof Error && error.message !== "" ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
}
