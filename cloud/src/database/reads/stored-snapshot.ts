import type { Reads } from "../tables.ts";

/** The node whose snapshot this is, where it has arrived; null otherwise. */
export async function nodeOfStoredSnapshot(db: Reads, sha256: string): Promise<string | null> {
  const row = await db
    .selectFrom("events")
    .select("node_id")
    .where("snapshot_sha256", "=", sha256)
    .where("snapshot_stored_at", "is not", null)
    .union(
      db
        .selectFrom("motion_sightings")
        .select("node_id")
        .where("snapshot_sha256", "=", sha256)
        .where("snapshot_stored_at", "is not", null),
    )
    .limit(1)
    .executeTakeFirst();
  return row?.node_id ?? null;
}
