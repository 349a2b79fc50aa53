import type { CameraTelemetry, Telemetry } from "@sentinel/protocol/telemetry";
import type { Postgres } from "../database/postgres.ts";
import { storableJson } from "../database/storable-json.ts";
import { tellChanges } from "./tell-changes.ts";

const NODE = {
  name: "node-telemetry",
  text: `insert into nodes (node_id, first_seen_at, last_seen_at, telemetry, telemetry_at, last_seq)
    values ($1, $2, $2, $3, $2, $4)
    on conflict (node_id) do update set last_seen_at = excluded.last_seen_at,
      telemetry = excluded.telemetry, telemetry_at = excluded.telemetry_at,
      last_seq = excluded.last_seq`,
};

const CAMERAS = {
  name: "camera-telemetry",
  text: `update cameras set telemetry = figures.telemetry, telemetry_at = $2
    from unnest($3::text[], $4::jsonb[]) as figures (camera_id, telemetry)
    where cameras.node_id = $1 and cameras.camera_id = figures.camera_id`,
};

/** Makes these the newest figures of a node and of its cameras, as of `now`, our clock. */
export async function storeTelemetry(
  database: Postgres,
  nodeId: string,
  telemetry: Telemetry,
  now: number,
): Promise<void> {
  const figures = new Map<string, CameraTelemetry>(
    telemetry.cameras.map((camera) => [camera.cameraId, camera]),
  );
  const cameras = [...figures.values()];
  await database.transaction(async (sql) => {
    await sql.query(NODE, [nodeId, now, storableJson(telemetry), telemetry.lastSeq]);
    await sql.query(CAMERAS, [
      nodeId,
      now,
      cameras.map((camera) => camera.cameraId),
      cameras.map((camera) => storableJson(camera)),
    ]);
    await tellChanges(sql);
  });
}
