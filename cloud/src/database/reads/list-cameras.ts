import type { Fault } from "@sentinel/protocol/status";
import type { CameraTelemetry } from "@sentinel/protocol/telemetry";
import type { Reads } from "../tables.ts";

/** A camera as an operator sees it. Where its node is away, its state is what was last known. */
export interface CameraItem {
  nodeId: string;
  cameraId: string;
  name: string;
  state: "connecting" | "live" | "down" | "unknown";
  since: number;
  fault: Fault | null;
  nextAttemptAt: number | null;
  width: number | null;
  height: number | null;
  nodeOnline: boolean;
  telemetry: CameraTelemetry | null;
  telemetryAt: number | null;
}

/** Every camera that a node reports, ordered by node and camera; `unknown` while its node is away. */
export async function listCameras(db: Reads): Promise<CameraItem[]> {
  const rows = await db
    .selectFrom("cameras as c")
    .innerJoin("nodes as n", "n.node_id", "c.node_id")
    .where("c.removed_at", "is", null)
    .selectAll("c")
    .select("n.online as node_online")
    .orderBy("c.node_id")
    .orderBy("c.camera_id")
    .execute();
  return rows.map((row) => ({
    nodeId: row.node_id,
    cameraId: row.camera_id,
    name: row.name,
    state: row.node_online ? row.state : "unknown",
    since: row.since,
    fault: row.fault,
    nextAttemptAt: row.next_attempt_at,
    width: row.width,
    height: row.height,
    nodeOnline: row.node_online,
    telemetry: row.telemetry,
    telemetryAt: row.telemetry_at,
  }));
}
