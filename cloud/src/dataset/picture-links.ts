import type { BlobStore } from "../blobs/blob-store.ts";
import { snapshotKey } from "../snapshots/snapshot-key.ts";
import type { DatasetManifest } from "./dataset-manifest.ts";

const LINK_SECONDS = 600;

/** Addresses at which pictures of a version can be read for a while. */
export async function linkPictures(
  store: BlobStore,
  { pictures }: DatasetManifest,
  wanted: readonly string[],
): Promise<{ picture: string; url: string }[]> {
  const named = new Set(wanted);
  const links = pictures
    .filter(({ picture }) => named.has(picture))
    .map(async ({ picture, nodeId }) => ({
      picture,
      url: await store.presignGet(snapshotKey(nodeId, picture), LINK_SECONDS),
    }));
  return Promise.all(links);
}
