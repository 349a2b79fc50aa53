import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { cameraIdSchema, nodeIdSchema } from "@sentinel/protocol/ids";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { reportedCameras } from "../database/reads/reported-cameras.ts";
import type { Reads } from "../database/tables.ts";
import { sameSecret } from "../people/secret-token.ts";
import type { WhoAsks } from "../people/who-asks.ts";

const text = z.string().max(1000).catch("");

/** What MediaMTX asks of its `authHTTPAddress`; more may stand there. */
const questionSchema = z.object({
  action: z.string().max(50),
  path: text,
  user: text,
  password: text,
  token: text,
  ip: text,
});

type Question = z.infer<typeof questionSchema>;

const placeSchema = z.tuple([nodeIdSchema, cameraIdSchema]);

/** As whom the stream gateway itself reads. */
const GATEWAY_USER = "camera-service";

interface MediaServerAuthOptions {
  whoAsks: WhoAsks;
  reads: Reads;
  /** With which the gateway's own password is made. */
  authSecret: string;
  /** A folder with a file for each node, its password in it; without one nobody publishes. */
  nodePasswordsDir: string | undefined;
}

/** The gateway's user and password at the media server: every replica knows them, and they open nothing else. */
export function gatewayCredentials(authSecret: string): { username: string; password: string } {
  const password = createHmac("sha256", authSecret).update("reads streams").digest("hex");
  return { username: GATEWAY_USER, password };
}

/**
 * `POST /internal/mediamtx-auth`: tells the media server whether somebody may do something. A node publishes below its own
 * name with its password of the broker; people read with an API token of theirs, as token or as password; the gateway
 * reads for people whose session it has checked. Nothing else is allowed.
 */
export function addMediaServerAuth(server: FastifyInstance, options: MediaServerAuthOptions): void {
  server.post("/internal/mediamtx-auth", async (request, reply) => {
    const question = questionSchema.safeParse(request.body);
    if (!question.success) return reply.code(400).send({ message: "This is no question." });
    // 401, because MediaMTX asks first without credentials, and by it tells the client to send them.
    return reply.code((await isAllowed(question.data, options)) ? 204 : 401).send();
  });
}

async function isAllowed(question: Question, options: MediaServerAuthOptions): Promise<boolean> {
  const place = placeSchema.safeParse(question.path.split("/"));
  if (!place.success) return false;
  const [nodeId, cameraId] = place.data;
  if (question.action === "publish") return isNode(nodeId, question, options);
  if (question.action !== "read" && question.action !== "playback") return false;
  if (!(await mayRead(question, options))) return false;
  return (await reportedCameras(options.reads, [{ nodeId, cameraId }])).length > 0;
}

/** The name was checked: it cannot lead out of the folder. */
async function isNode(
  nodeId: string,
  { user, password }: Question,
  { nodePasswordsDir }: MediaServerAuthOptions,
): Promise<boolean> {
  if (nodePasswordsDir === undefined || user !== nodeId) return false;
  const expected = await readFile(join(nodePasswordsDir, nodeId), "utf8").catch(() => "");
  return expected.trim() !== "" && sameSecret(password, expected.trim());
}

async function mayRead(
  { user, password, token }: Question,
  { whoAsks, authSecret }: MediaServerAuthOptions,
): Promise<boolean> {
  if (user === GATEWAY_USER) return sameSecret(password, gatewayCredentials(authSecret).password);
  const given = token || password;
  if (given === "") return false;
  const asks = whoAsks.over({ cookie: undefined, token: given });
  return (await asks().catch(refusedIsNobody)) !== null;
}

/** A token that is not taken is no fault; a database that is away is one. */
function refusedIsNobody(error: { code?: unknown }): null {
  if (error.code === "TOKEN_REFUSED") return null;
  throw error;
}
