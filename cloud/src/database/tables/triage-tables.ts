/** Snapshots beside a question (migration 015). Times are ms. */
export interface TriageTables {
  arrived_snapshots: { node_id: string; sha256: string; arrived_at: number };
}
