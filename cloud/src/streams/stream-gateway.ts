import replyFrom from "@fastify/reply-from";
import { CodedError } from "@sentinel/protocol/coded-error";
import { cameraIdSchema, nodeIdSchema } from "@sentinel/protocol/ids";
import type { FastifyInstance, FastifyReply } from "fastify";
import { z } from "zod";
import { requestCredentials } from "../api/request-credentials.ts";
import { reportedCameras } from "../database/reads/reported-cameras.ts";
import type { Reads } from "../database/tables.ts";
import type { WhoAsks } from "../people/who-asks.ts";

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
}

/**
 * `/stream/{nodeId}/{cameraId}/{file}`: video of a camera from the media server, for people who are
 * signed in. What they send of themselves stays here; the media server knows only this gateway.
 */
export async function addStreamGateway(
  server: FastifyInstance,
  { whoAsks, reads, upstream }: StreamGatewayOptions,
): Promise<void> {
  const { origin, username, password } = new URL(upstream);
  const authorization =
    username === ""
      ? null
      : `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString("base64")}`;
  await server.register(replyFrom, { base: origin, http: { requestOptions: { timeout: 30_000 } } });
  server.get("/stream/:nodeId/:cameraId/:file", async (request, reply) => {
    const refused = await refusal(whoAsks, requestCredentials(request.headers));
    if (refused !== null) return answer(reply, 401, refused);
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
        ...(authorization === null ? {} : { authorization }),
      }),
      rewriteHeaders: ({ "set-cookie": _, ...headers }) => headers,
      onError: (failed) => {
        const away = "The media server does not answer; the camera is still being watched.";
        void answer(failed as unknown as FastifyReply, 502, away);
      },
    });
  });
}

/** Why nobody is let in with these credentials; null where somebody is. */
async function refusal(
  whoAsks: WhoAsks,
  credentials: ReturnType<typeof requestCredentials>,
): Promise<string | null> {
  try {
    return (await whoAsks.over(credentials)()) === null ? "Sign in to see video." : null;
  } catch (error) {
    if (error instanceof CodedError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

function answer(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply.code(status).header("cache-control", "no-store").send({ message });
}
