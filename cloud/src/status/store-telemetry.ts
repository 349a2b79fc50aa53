import type { CameraTelemetry, Telemetry } from "@sentinel/protocol/telemetry";
import type { Postgres } from "../database/postgres.ts";
import { storableJson } from "../database/storable-json.ts";
import { medianOf } from "../rollout/node-latency.ts";
import { tellChanges } from "./tell-changes.ts";

/** A sample of a node's latency is kept this often, and so many of them: ten minutes. */
const SAMPLE_EVERY_MS = 4_000;
const KEPT_SAMPLES = 150;

const IS_DUE = `$5::real is not null and
  coalesce(nodes.latency_at[cardinality(nodes.latency_at)], 0) <= $2::bigint - ${SAMPLE_EVERY_MS}`;
const KEPT = `[greatest(1, cardinality(nodes.latency_at) + 2 - ${KEPT_SAMPLES}):]`;

const NODE = {
  name: "node-telemetry",
  text: `insert into nodes (node_id, first_seen_at, last_seen_at, telemetry, telemetry_at, last_seq)
    values ($1, $2, $2, $3, $2, $4)
    on conflict (node_id) do update set last_seen_at = excluded.last_seen_at,
      telemetry = excluded.telemetry, telemetry_at = excluded.telemetry_at,
      last_seq = excluded.last_seq,
      latency_at = case when ${IS_DUE} then (nodes.latency_at || $2::bigint)${KEPT}
        else nodes.latency_at end,
      latency_ms = case when ${IS_DUE} then (nodes.latency_ms || $5::real)${KEPT}
        else nodes.latency_ms end`,
};

const CAMERAS = {
  name: "camera-telemetry",
  text: `update cameras set telemetry = figures.telemetry, telemetry_at = $2
    from unnest($3::text[], $4::jsonb[]) as figures (camera_id, telemetry)
    where cameras.node_id = $1 and cameras.camera_id = figures.camera_id`,
};

/**
 * Latency belongs to the model that the node ran; not where it changed the model within the period, both
 * by the node's clock. The median of the cameras' medians.
 */
const LATENCY = {
  name: "latency-of-model",
  text: `update node_models m set latency_p50_ms = $2, latency_p95_ms = $3, latency_at = $4
    from nodes n
    where n.node_id = $1 and m.node_id = $1 and m.digest = n.model->>'digest'
      and coalesce((n.model_report->'lastSwap'->>'at')::bigint, n.started_at, 0) <= $5`,
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
  const [p50, p95] = [middleOf(cameras, "latencyP50Ms"), middleOf(cameras, "latencyP95Ms")];
  await database.transaction(async (sql) => {
    const values = [nodeId, now, storableJson(telemetry), telemetry.lastSeq];
    await sql.query(NODE, [...values, p50]);
    await sql.query(CAMERAS, [
      nodeId,
      now,
      cameras.map((camera) => camera.cameraId),
      cameras.map((camera) => storableJson(camera)),
    ]);
    if (p50 !== null) {
      const { at, periodMs } = telemetry;
      await sql.query(LATENCY, [nodeId, p50, p95, now, at - periodMs]);
    }
    await tellChanges(sql);
  });
}

/** The median of the cameras' figures; null where no camera has one. */
function middleOf(
  cameras: readonly CameraTelemetry[],
  figure: "latencyP50Ms" | "latencyP95Ms",
): number | null {
  return medianOf(cameras.flatMap((camera) => camera[figure] ?? []));
}
