import replyFrom from "@fastify/reply-from";
import { cameraIdSchema, nodeIdSchema } from "@sentinel/protocol/ids";
import type { FastifyInstance, FastifyReply } from "fastify";
import { z } from "zod";
import { signedInOnly } from "../api/signed-in-only.ts";
import { reportedCameras } from "../database/reads/reported-cameras.ts";
import type { Reads } from "../database/tables.ts";
import type { WhoAsks } from "../people/who-asks.ts";
import { addMediaServerAuth, gatewayCredentials } from "./media-server-auth.ts";

/** A camera's playlist or segment, as MediaMTX names them (HLS, RFC 8216): one name, no folder. */
const paramsSchema = z.object({
  nodeId: nodeIdSchema,
  cameraId: cameraIdSchema,
  file: z.string().regex(/^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,200}$/),
});

interface StreamGatewayOptions {
  whoAsks: WhoAsks;
  reads: Reads;
  /** Where the media server answers HLS, for example `http://mediamtx:8888`; may hold user and password. */
  upstream: string;
  /** Makes the gateway's own password where the address holds none. */
  authSecret: string;
  nodePasswordsDir: string | undefined;
}

/**
 * `/stream/{nodeId}/{cameraId}/{file}`: video of a camera from the media server, for people who are
 * signed in. What they send of themselves stays here; the media server knows only this gateway, and asks it who may what.
 */
export async function addStreamGateway(
  server: FastifyInstance,
  options: StreamGatewayOptions,
): Promise<void> {
  const { whoAsks, reads, upstream, authSecret } = options;
  const { origin } = new URL(upstream);
  const { username, password } = credentialsIn(upstream) ?? gatewayCredentials(authSecret);
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  addMediaServerAuth(server, options);
  await server.register(replyFrom, { base: origin, http: { requestOptions: { timeout: 30_000 } } });
  const preHandler = signedInOnly(whoAsks);
  server.get("/stream/:nodeId/:cameraId/:file", { preHandler }, async (request, reply) => {
    const params = paramsSchema.safeParse(request.params);
    if (!params.success) return answer(reply, 404, "There is no such stream.");
    const { nodeId, cameraId, file } = params.data;
    const known = await reportedCameras(reads, [{ nodeId, cameraId }]);
    if (known.length === 0) return answer(reply, 404, `There is no camera ${nodeId}/${cameraId}.`);
    return reply.from(`/${nodeId}/${cameraId}/${file}`, {
      rewriteRequestHeaders: (_request, { range, accept, "if-none-match": known }) => ({
        ...(range === undefined ? {} : { range }),
        ...(accept === undefined ? {} : { accept }),
        ...(known === undefined ? {} : { "if-none-match": known }),
        authorization,
      }),
      rewriteHeaders: ({ "set-cookie": _, ...headers }) => headers,
      onError: (failed) => {
        const away = "The media server does not answer; the camera is still being watched.";
        void answer(failed as unknown as FastifyReply, 502, away);
      },
    });
  });
}

function credentialsIn(upstream: string): { username: string; password: string } | null {
  const { username, password } = new URL(upstream);
  if (username === "") return null;
  return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
}

function answer(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply.code(status).header("cache-control", "no-store").send({ message });
}
