import type { GapRow } from "@sentinel/protocol/event-batch";
import type { Labels } from "@sentinel/protocol/statement";
import type { ModelReport, ReportedModel } from "@sentinel/protocol/status";
import type { Telemetry } from "@sentinel/protocol/telemetry";
import type { Reads } from "../tables.ts";

/** A declared loss: what was dropped, and why. */
export type DeclaredGap = Pick<GapRow, "createdAt" | "throughSeq" | "reason" | "dropped"> & {
  seq: number;
};

/** A node as an operator sees it. */
export interface NodeItem {
  nodeId: string;
  online: boolean;
  lastSeenAt: number;
  agentVersion: string | null;
  startedAt: number | null;
  model: ReportedModel | null;
  labels: Labels;
  /** How it stands to the statement that it was told last; null where its agent says nothing of it. */
  modelReport: ModelReport | null;
  epoch: string | null;
  /** Highest sequence number that the node says it wrote in this epoch. */
  lastSeq: number | null;
  /** Complete up to: every row through this one is in the database; 0 where none. */
  completeSeq: number;
  committedAt: number | null;
  /** Losses that the node declared, over all of its epochs. */
  declaredGaps: number;
  /** The newest of them. */
  latestGap: DeclaredGap | null;
  telemetry: Telemetry | null;
  telemetryAt: number | null;
  cameras: number;
  camerasLive: number;
}

/** Every node that was ever heard of, ordered by id. */
export async function listNodes(db: Reads): Promise<NodeItem[]> {
  const rows = await db
    .selectFrom("nodes as n")
    .selectAll("n")
    .select((eb) => [
      eb
        .selectFrom("watermarks as w")
        .select("w.committed_seq")
        .whereRef("w.node_id", "=", "n.node_id")
        .whereRef("w.epoch", "=", "n.epoch")
        .as("complete_seq"),
      eb
        .selectFrom("watermarks as w")
        .select("w.committed_at")
        .whereRef("w.node_id", "=", "n.node_id")
        .whereRef("w.epoch", "=", "n.epoch")
        .as("committed_at"),
      eb
        .selectFrom("event_log as l")
        .select(({ fn }) => fn.countAll<number>().as("gaps"))
        .whereRef("l.node_id", "=", "n.node_id")
        .where("l.kind", "=", "gap")
        .as("declared_gaps"),
      eb
        .selectFrom("cameras as c")
        .select(({ fn }) => fn.countAll<number>().as("cameras"))
        .whereRef("c.node_id", "=", "n.node_id")
        .where("c.removed_at", "is", null)
        .as("cameras"),
      eb
        .selectFrom("cameras as c")
        .select(({ fn }) => fn.countAll<number>().as("cameras_live"))
        .whereRef("c.node_id", "=", "n.node_id")
        .where("c.removed_at", "is", null)
        .where("c.state", "=", "live")
        .as("cameras_live"),
    ])
    .orderBy("n.node_id")
    .execute();
  const gaps = await latestGaps(db);
  return rows.map((row) => ({
    nodeId: row.node_id,
    online: row.online,
    lastSeenAt: row.last_seen_at,
    agentVersion: row.agent_version,
    startedAt: row.started_at,
    model: row.model,
    labels: row.labels,
    modelReport: row.model_report,
    epoch: row.epoch,
    lastSeq: row.last_seq,
    completeSeq: row.complete_seq ?? 0,
    committedAt: row.committed_at,
    declaredGaps: row.declared_gaps ?? 0,
    latestGap: gaps.get(row.node_id) ?? null,
    telemetry: row.telemetry,
    telemetryAt: row.telemetry_at,
    cameras: row.cameras ?? 0,
    camerasLive: row.online ? (row.cameras_live ?? 0) : 0,
  }));
}

/** The newest gap row of every node that has one. */
async function latestGaps(db: Reads): Promise<Map<string, DeclaredGap>> {
  const rows = await db
    .selectFrom("event_log")
    .distinctOn("node_id")
    .select(["node_id", "seq", "row"])
    .where("kind", "=", "gap")
    .orderBy("node_id")
    .orderBy("id", "desc")
    .execute();
  return new Map(
    rows.flatMap(({ node_id, seq, row }) => {
      if (row.kind !== "gap") return [];
      const { createdAt, throughSeq, reason, dropped } = row;
      return [[node_id, { seq, createdAt, throughSeq, reason, dropped }]];
    }),
  );
}
