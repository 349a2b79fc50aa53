/** The bucket that snapshots lie in. */
export const SNAPSHOT_BUCKET = "sentinel-clips";

/** Where a node's snapshot lies: `snapshots/{nodeId}/{sha256}.jpg`; both parts are checked ids. */
export function snapshotKey(nodeId: string, sha256: string): string {
  return `snapshots/${nodeId}/${sha256}.jpg`;
}
