import { access } from "node:fs/promises";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import { cloudError } from "../errors.ts";

/**
 * Serves the built dashboard. A path without a file is a page of the dashboard, which has its own
 * routes; a missing asset is a 404. Files with a hash in their name never change.
 * @throws CodedError CLOUD_CONFIG_INVALID where there is no dashboard in the folder.
 */
export async function addDashboardFiles(server: FastifyInstance, folder: string): Promise<void> {
  await access(join(folder, "index.html")).catch((error: unknown) => {
    throw cloudError(
      "CLOUD_CONFIG_INVALID",
      `environment: SENTINEL_DASHBOARD_DIR "${folder}"; accepted: a folder with an index.html`,
      error,
    );
  });
  await server.register(fastifyStatic, {
    root: folder,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const immutable = path.includes("/assets/");
      reply.header("cache-control", immutable ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
  server.setNotFoundHandler(async (request, reply) => {
    const isPage =
      request.method === "GET" &&
      !/^\/(api|stream|assets|healthz|readyz)(\/|$|\?)/.test(request.url) &&
      (request.headers.accept ?? "").includes("text/html");
    if (isPage) return reply.sendFile("index.html");
    return reply.code(404).send({ message: "There is nothing here." });
  });
}
