import type { BlobStore } from "../blobs/blob-store.ts";
import { type ReadSnapshot, readSnapshot } from "./read-snapshot.ts";
import { snapshotKey } from "./snapshot-key.ts";

/** What an upload turned out to be. */
export type SnapshotVerdict = ReadSnapshot["verdict"];

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
  const { verdict } = await readSnapshot(blobs, nodeId, sha256);
  if (verdict === "tampered") await blobs.remove(snapshotKey(nodeId, sha256));
  return verdict;
}
