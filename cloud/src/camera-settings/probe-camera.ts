import type { Reply } from "@sentinel/protocol/reply";
import type { Fault } from "@sentinel/protocol/status";
import { TRPCError } from "@trpc/server";
import type { Postgres } from "../database/postgres.ts";
import type { NodeRequests } from "./node-requests.ts";

/** How long a node may take to look at a camera. */
const PROBE_MS = 20_000;

/** What a node found at an address, or why it could not look, in its own words. */
export type ProbeResult =
  | { ok: true; probe: NonNullable<Reply["probe"]> }
  | { ok: false; fault: Fault };

const ONLINE = { name: "node-is-online", text: "select online from nodes where node_id = $1" };

/**
 * Asks a node what a camera sends, without keeping it.
 * @throws TRPCError NOT_FOUND for the node, PRECONDITION_FAILED where it is away or silent.
 */
export async function probeCamera(
  database: Postgres,
  requests: NodeRequests,
  { nodeId, url }: { nodeId: string; url: string },
): Promise<ProbeResult> {
  const [node] = await database.query<{ online: boolean }>(ONLINE, [nodeId]);
  if (node === undefined) {
    throw new TRPCError({ code: "NOT_FOUND", message: `There is no node ${nodeId}.` });
  }
  const expiresAt = Date.now() + PROBE_MS;
  const id = crypto.randomUUID();
  const reply = node.online
    ? await requests.ask(nodeId, { id, type: "probe-camera", expiresAt, url })
    : null;
  if (reply === null) {
    throw new TRPCError({
      code: "PRECONDITION_FAILED",
      message: node.online
        ? `Node ${nodeId} did not answer within ${PROBE_MS / 1000} s; try again.`
        : `Node ${nodeId} is offline; try again when it is back. The camera can be added now: the node takes it in then.`,
    });
  }
  if (reply.probe !== null) return { ok: true, probe: reply.probe };
  const silent = { code: "CAMERA_UNREACHABLE", message: "the node said nothing about the camera" };
  return { ok: false, fault: reply.fault ?? silent };
}
