import type { Labels } from "@sentinel/protocol/statement";
import type { ModelReport, OnlineStatus, ReportedCamera, Status } from "@sentinel/protocol/status";
import { DESIRED_CHANNEL, MODEL_REPORTS_CHANNEL } from "../database/channels.ts";
import type { Postgres, Sql } from "../database/postgres.ts";
import { storableJson, storableText } from "../database/storable-json.ts";
import { tellChanges } from "./tell-changes.ts";

const NODE_BEFORE = {
  name: "node-before",
  text: `select online, started_at as "startedAt", labels, model_report as "modelReport"
    from nodes where node_id = $1 for update`,
};

interface NodeBefore {
  online: boolean;
  startedAt: number | null;
  labels: Labels;
  modelReport: ModelReport | null;
}

const TELL_DESIRED = {
  name: "tell-desired-of-node",
  text: `select pg_notify('${DESIRED_CHANNEL}', $1)`,
};

const TELL_MODEL_REPORT = {
  name: "tell-model-report",
  text: `select pg_notify('${MODEL_REPORTS_CHANNEL}', $1)`,
};

const NODE_OFFLINE = {
  name: "node-offline",
  text: `insert into nodes (node_id, online, first_seen_at, last_seen_at) values ($1, false, $2, $2)
    on conflict (node_id) do update set online = false`,
};

const NODE_ONLINE = {
  name: "node-online",
  text: `insert into nodes (node_id, online, first_seen_at, last_seen_at, agent_version, started_at,
      epoch, last_seq, model, labels, model_report, camera_report)
    values ($1, true, $2, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    on conflict (node_id) do update set online = true, last_seen_at = excluded.last_seen_at,
      agent_version = excluded.agent_version, started_at = excluded.started_at,
      epoch = excluded.epoch, last_seq = excluded.last_seq, model = excluded.model,
      labels = excluded.labels, model_report = excluded.model_report,
      camera_report = excluded.camera_report`,
};

const CAMERAS = {
  name: "report-cameras",
  text: `insert into cameras (node_id, camera_id, name, state, since, fault, next_attempt_at, width, height)
    select $1, camera_id, name, state, since, fault, next_attempt_at, width, height
    from unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::jsonb[], $7::bigint[],
      $8::int[], $9::int[])
      as told (camera_id, name, state, since, fault, next_attempt_at, width, height)
    on conflict (node_id, camera_id) do update set name = excluded.name, state = excluded.state,
      since = excluded.since, fault = excluded.fault, next_attempt_at = excluded.next_attempt_at,
      width = excluded.width, height = excluded.height, removed_at = null`,
};

const CAMERAS_REMOVED = {
  name: "remove-cameras",
  text: `update cameras set removed_at = $3
    where node_id = $1 and removed_at is null and camera_id <> all ($2::text[])`,
};

const MODEL = {
  name: "report-model",
  text: `insert into node_models (node_id, digest, name, licence, input_size, class_names,
      first_seen_at, last_seen_at)
    values ($1, $2, $3, $4, $5, $6, $7, $7)
    on conflict (node_id, digest) do update set name = excluded.name, licence = excluded.licence,
      last_seen_at = excluded.last_seen_at`,
};

const ALL_OFFLINE = {
  name: "all-nodes-offline",
  text: "update nodes set online = false where online",
};

/**
 * Makes what a node says of itself, or what its last will says, its state.
 * @returns true where the node came online with it: it was offline or unknown, or its agent started
 * anew. The statuses that follow are not a coming.
 */
export async function storeStatus(
  database: Postgres,
  nodeId: string,
  status: Status,
  now: number,
): Promise<boolean> {
  return await database.transaction(async (sql) => {
    let came = false;
    if (status.online) {
      const [before] = await sql.query<NodeBefore>(NODE_BEFORE, [nodeId]);
      came = before?.online !== true || before.startedAt !== status.startedAt;
      await storeOnline(sql, nodeId, status, now);
      const moved = !isSameText(before?.labels, status.labels);
      if (came || moved) await sql.query(TELL_DESIRED, [nodeId]);
      if (came || swapOf(before?.modelReport ?? null) !== swapOf(status.modelReport)) {
        await sql.query(TELL_MODEL_REPORT, [nodeId]);
      }
    } else {
      await sql.query(NODE_OFFLINE, [nodeId, now]);
    }
    await tellChanges(sql);
    return came;
  });
}

/**
 * Forgets who was online. Right before a broker of our own begins, which nobody can be connected to
 * yet; nodes that come say so.
 */
export async function forgetWhoIsOnline(database: Postgres): Promise<void> {
  await database.query(ALL_OFFLINE, []);
}

async function storeOnline(
  sql: Sql,
  nodeId: string,
  status: OnlineStatus,
  now: number,
): Promise<void> {
  await sql.query(NODE_ONLINE, [
    nodeId,
    now,
    storableText(status.agentVersion),
    status.startedAt,
    status.epoch,
    status.lastSeq,
    status.model === null ? null : storableJson(status.model),
    storableJson(status.labels),
    status.modelReport === null ? null : storableJson(status.modelReport),
    status.cameraReport === null ? null : storableJson(status.cameraReport),
  ]);
  const cameras = uniqueCameras(status.cameras);
  await sql.query(CAMERAS, [
    nodeId,
    cameras.map((camera) => camera.cameraId),
    cameras.map((camera) => storableText(camera.name)),
    cameras.map((camera) => camera.state),
    cameras.map((camera) => camera.since),
    cameras.map((camera) => (camera.fault === null ? null : storableJson(camera.fault))),
    cameras.map((camera) => camera.nextAttemptAt),
    cameras.map((camera) => camera.width),
    cameras.map((camera) => camera.height),
  ]);
  await sql.query(CAMERAS_REMOVED, [nodeId, cameras.map((camera) => camera.cameraId), now]);
  const { model } = status;
  if (model === null) return;
  await sql.query(MODEL, [
    nodeId,
    model.digest,
    storableText(model.name),
    storableText(model.licence),
    model.inputSize,
    storableJson(model.classNames),
    now,
  ]);
}

/** What of a report others act on; a download's progress is not. */
function swapOf(report: ModelReport | null): string {
  if (report === null) return "";
  const { state, digest, counter, fault } = report;
  return [state, digest, counter, fault?.code].join();
}

function isSameText(a: Labels | undefined, b: Labels): boolean {
  const textOf = (labels: Labels) => JSON.stringify(Object.entries(labels).sort());
  return a !== undefined && textOf(a) === textOf(b);
}

/** One statement may not write a row twice: of a camera that is told twice, the last counts. */
function uniqueCameras(cameras: readonly ReportedCamera[]): ReportedCamera[] {
  return [...new Map(cameras.map((camera) => [camera.cameraId, camera])).values()];
}
