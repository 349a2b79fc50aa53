import { createHash } from "node:crypto";
import type { BlobStore } from "../blobs/blob-store.ts";
import { snapshotKey } from "./snapshot-key.ts";

/** What lies in the store where a snapshot should: itself, nothing, or something else. */
export type ReadSnapshot =
  | { verdict: "genuine"; picture: Buffer }
  | { verdict: "missing" }
  | { verdict: "tampered" };

/** The largest snapshot that an event row may name (see the protocol's snapshot schema). */
const MAX_BYTES = 5_000_000;

/**
 * Reads a snapshot, at most as many bytes as one may have, and compares its SHA-256 with the one
 * that the event names.
 * @throws CodedError BLOBS_UNREACHABLE.
 */
export async function readSnapshot(
  blobs: Pick<BlobStore, "read">,
  nodeId: string,
  sha256: string,
): Promise<ReadSnapshot> {
  const blob = await blobs.read(snapshotKey(nodeId, sha256));
  if (blob === null) return { verdict: "missing" };
  if (blob.sizeBytes > MAX_BYTES) {
    blob.stream.destroy();
    return { verdict: "tampered" };
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of blob.stream) {
    bytes += (chunk as Buffer).length;
    // Leaving the loop destroys the stream.
    if (bytes > MAX_BYTES) return { verdict: "tampered" };
    chunks.push(chunk as Buffer);
  }
  const picture = Buffer.concat(chunks, bytes);
  const found = createHash("sha256").update(picture).digest("hex");
  return found === sha256 ? { verdict: "genuine", picture } : { verdict: "tampered" };
}
