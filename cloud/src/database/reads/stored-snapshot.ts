import type { Reads } from "../tables.ts";

/** The node whose snapshot this is, where it has arrived; null otherwise. */
export async function nodeOfStoredSnapshot(db: Reads, sha256: string): Promise<string | null> {
  const row = await db
    .selectFrom("arrived_snapshots")
    .select("node_id")
    .where("sha256", "=", sha256)
    .limit(1)
    .executeTakeFirst();
  return row?.node_id ?? (await nodeOfAnnotated(db, sha256));
}

/** Imported pictures are no snapshots of any camera; their annotation says where they lie. */
async function nodeOfAnnotated(db: Reads, sha256: string): Promise<string | null> {
  const row = await db
    .withTables<{ annotations: { node_id: string; picture: string } }>()
    .selectFrom("annotations")
    .select("node_id")
    .where("picture", "=", sha256)
    .limit(1)
    .executeTakeFirst();
  return row?.node_id ?? null;
}
