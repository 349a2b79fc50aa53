import type { Reads } from "../tables.ts";

/** Those of the cameras that their node has ever reported, each once, ordered by node and camera. */
export async function reportedCameras(
  db: Reads,
  cameras: readonly { nodeId: string; cameraId: string }[],
): Promise<{ nodeId: string; cameraId: string }[]> {
  if (cameras.length === 0) return [];
  return await db
    .selectFrom("cameras")
    .select(["node_id as nodeId", "camera_id as cameraId"])
    .where((eb) =>
      eb.or(
        cameras.map(({ nodeId, cameraId }) =>
          eb.and([eb("node_id", "=", nodeId), eb("camera_id", "=", cameraId)]),
        ),
      ),
    )
    .orderBy("node_id")
    .orderBy("camera_id")
    .execute();
}
