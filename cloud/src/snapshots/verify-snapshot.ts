import { createHash } from "node:crypto";
import type { BlobStore } from "../blobs/blob-store.ts";
import { snapshotKey } from "./snapshot-key.ts";

/** What an upload turned out to be. */
export type SnapshotVerdict = "genuine" | "missing" | "tampered";

/** The largest snapshot that an event row may name (see the protocol's snapshot schema). */
const MAX_BYTES = 5_000_000;

/**
 * Reads an uploaded snapshot and compares its SHA-256 with the one that the event names; another
 * content is deleted.
 * @throws CodedError BLOBS_UNREACHABLE.
 */
export async function verifySnapshot(
  blobs: BlobStore,
  nodeId: string,
  sha256: string,
): Promise<SnapshotVerdict> {
  const key = snapshotKey(nodeId, sha256);
  const blob = await blobs.read(key);
  if (blob === null) return "missing";
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of blob.stream) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_BYTES) break;
    hash.update(chunk as Buffer);
  }
  if (bytes <= MAX_BYTES && hash.digest("hex") === sha256) return "genuine";
  await blobs.remove(key);
  return "tampered";
}
