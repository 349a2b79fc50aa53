import { sha256Schema } from "@sentinel/protocol/ids";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { BlobStore } from "../blobs/blob-store.ts";
import { nodeOfStoredSnapshot } from "../database/reads/stored-snapshot.ts";
import type { Reads } from "../database/tables.ts";
import type { WhoAsks } from "../people/who-asks.ts";
import { readSnapshot } from "../snapshots/read-snapshot.ts";
import { signedInOnly } from "./signed-in-only.ts";

const paramsSchema = z.object({ file: z.string().regex(/^[0-9a-f]{64}\.jpg$/) });

/** Told where what lies under a snapshot's name is no longer it. */
export type TamperedHandler = (snapshot: { nodeId: string; sha256: string }) => Promise<void>;

/**
 * `/api/snapshots/{sha256}.jpg`, for people who are signed in: the picture, which never changes; 404
 * while it has not arrived. The address that a node was given to upload to holds on after its picture
 * was verified, so each picture is compared with its name again before it leaves; another one is a
 * 404 and told.
 */
export function addSnapshotRoute(
  server: FastifyInstance,
  options: { whoAsks: WhoAsks; reads: Reads; blobs: BlobStore; onTampered: TamperedHandler },
): void {
  const { whoAsks, reads, blobs, onTampered } = options;
  const genuine = async (sha256: string): Promise<Buffer | null> => {
    const nodeId = await nodeOfStoredSnapshot(reads, sha256);
    if (nodeId === null) return null;
    const read = await readSnapshot(blobs, nodeId, sha256);
    if (read.verdict === "genuine") return read.picture;
    if (read.verdict === "tampered") await onTampered({ nodeId, sha256 });
    return null;
  };
  const preHandler = signedInOnly(whoAsks);
  server.get("/api/snapshots/:file", { preHandler }, async (request, reply) => {
    const params = paramsSchema.safeParse(request.params);
    const picture = params.success
      ? await genuine(sha256Schema.parse(params.data.file.slice(0, 64)))
      : null;
    if (picture === null) {
      return reply
        .code(404)
        .header("cache-control", "no-store")
        .send({ message: "This snapshot has not arrived." });
    }
    return reply
      .type("image/jpeg")
      .header("cache-control", "private, max-age=31536000, immutable")
      .send(picture);
  });
}
