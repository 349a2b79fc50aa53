import { CodedError } from "@sentinel/protocol/coded-error";
import type { FastifyReply, FastifyRequest } from "fastify";
import { cloudError } from "../errors.ts";
import type { WhoAsks } from "../people/who-asks.ts";
import { requestCredentials } from "./request-credentials.ts";

/** Put before a route's handler it answers 401, with the fault's code, to whoever is nobody. */
export function signedInOnly(whoAsks: WhoAsks) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const refused = await refusal(whoAsks, request);
    if (refused === null) return;
    const message = `${refused.code}: ${refused.message}`;
    await reply.code(401).header("cache-control", "no-store").send({ message });
  };
}

async function refusal(whoAsks: WhoAsks, request: FastifyRequest): Promise<CodedError | null> {
  try {
    const person = await whoAsks.over(requestCredentials(request.headers))();
    return person === null ? cloudError("SIGN_IN_NEEDED", "sign in, or send an API token") : null;
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
}
