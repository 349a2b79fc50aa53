import type { CameraReport, Fault } from "@sentinel/protocol/status";
import { type CameraItem, listCameras } from "../database/reads/list-cameras.ts";
import type { Reads } from "../database/tables.ts";
import { shownAddress } from "./shown-address.ts";

/**
 * How far a wish has come: nobody wished anything (`reported`), the node has not answered yet
 * (`requested`), it took it in (`accepted`), or it would not (`refused`, with its own words).
 */
export type WishState = "reported" | "requested" | "accepted" | "refused";

/** A camera with what people want of it and what its node says to that. */
export interface CameraSettingItem {
  nodeId: string;
  cameraId: string;
  name: string;
  /** Scheme and host of its address; null where the node's own file gives it. */
  address: string | null;
  enabled: boolean;
  place: { latitude: number; longitude: number; direction: number | null } | null;
  wish: WishState;
  /** Why its node refused the wish. */
  refusal: Fault | null;
  requestedAt: number | null;
  requestedBy: string | null;
  nodeOnline: boolean;
  /** What its node reports of it; null where it reports no such camera. */
  reported: CameraItem | null;
}

/** Every camera that a node reports or that people asked for, ordered by node and camera. */
export async function listCameraSettings(db: Reads): Promise<CameraSettingItem[]> {
  const [reported, settings] = await Promise.all([listCameras(db), readSettings(db)]);
  const rest = new Map(reported.map((camera) => [`${camera.nodeId}/${camera.cameraId}`, camera]));
  const wished = settings.flatMap((row) => {
    const key = `${row.node_id}/${row.camera_id}`;
    const camera = rest.get(key) ?? null;
    rest.delete(key);
    const { wish, refusal } = standingOf(row);
    // A deleted camera is shown until its node has let go of it.
    if (row.deleted_at !== null && (wish === "accepted" || camera === null)) return [];
    return {
      nodeId: row.node_id,
      cameraId: row.camera_id,
      name: row.name,
      address: row.url === null ? null : shownAddress(row.url),
      enabled: row.enabled && row.deleted_at === null,
      place:
        row.latitude === null || row.longitude === null
          ? null
          : { latitude: row.latitude, longitude: row.longitude, direction: row.direction },
      wish,
      refusal,
      requestedAt: row.requested_at,
      requestedBy: row.requested_by,
      nodeOnline: row.online ?? false,
      reported: camera,
    };
  });
  const unwished = [...rest.values()].map((camera) => ({
    nodeId: camera.nodeId,
    cameraId: camera.cameraId,
    name: camera.name,
    address: null,
    enabled: true,
    place: null,
    wish: "reported" as const,
    refusal: null,
    requestedAt: null,
    requestedBy: null,
    nodeOnline: camera.nodeOnline,
    reported: camera,
  }));
  return [...wished, ...unwished].sort(
    (a, b) => compare(a.nodeId, b.nodeId) || compare(a.cameraId, b.cameraId),
  );
}

function readSettings(db: Reads) {
  return db
    .selectFrom("camera_settings as s")
    .leftJoin("nodes as n", "n.node_id", "s.node_id")
    .selectAll("s")
    .select(["n.online", "n.camera_report"])
    .execute();
}

function standingOf(row: {
  camera_id: string;
  revision: number;
  camera_report: CameraReport | null;
}): { wish: WishState; refusal: Fault | null } {
  const report = row.camera_report;
  // Revision 0 is a place on the map only: nothing is asked of the node.
  if (row.revision === 0) return { wish: "reported", refusal: null };
  if (report === null || report.revision < row.revision)
    return { wish: "requested", refusal: null };
  const refused = report.refused.find(({ cameraId }) => cameraId === row.camera_id);
  return refused === undefined
    ? { wish: "accepted", refusal: null }
    : { wish: "refused", refusal: refused.fault };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
