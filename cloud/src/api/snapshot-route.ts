import { sha256Schema } from "@sentinel/protocol/ids";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { BlobStore } from "../blobs/blob-store.ts";
import { nodeOfStoredSnapshot } from "../database/reads/stored-snapshot.ts";
import type { Reads } from "../database/tables.ts";
import { snapshotKey } from "../snapshots/snapshot-key.ts";

const paramsSchema = z.object({ file: z.string().regex(/^[0-9a-f]{64}\.jpg$/) });

/** `/snapshots/{sha256}.jpg`: the picture, which never changes; 404 while it has not arrived. */
export function addSnapshotRoute(server: FastifyInstance, reads: Reads, blobs: BlobStore): void {
  server.get("/snapshots/:file", async (request, reply) => {
    const params = paramsSchema.safeParse(request.params);
    const sha256 = params.success ? sha256Schema.parse(params.data.file.slice(0, 64)) : null;
    const nodeId = sha256 === null ? null : await nodeOfStoredSnapshot(reads, sha256);
    const blob =
      sha256 === null || nodeId === null ? null : await blobs.read(snapshotKey(nodeId, sha256));
    if (blob === null) {
      return reply
        .code(404)
        .header("cache-control", "no-store")
        .send({ message: "This snapshot has not arrived." });
    }
    return reply
      .type("image/jpeg")
      .header("content-length", blob.sizeBytes)
      .header("cache-control", "public, max-age=31536000, immutable")
      .send(blob.stream);
  });
}
