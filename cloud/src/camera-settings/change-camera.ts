import { TRPCError } from "@trpc/server";
import { CHANGES_CHANNEL, DESIRED_CHANNEL } from "../database/channels.ts";
import type { Postgres, Sql } from "../database/postgres.ts";
import { audit } from "../people/audit.ts";
import type { Person } from "../people/person.ts";
import { shownAddress } from "./shown-address.ts";

/** Which camera. */
export interface CameraKey {
  nodeId: string;
  cameraId: string;
}

/** What people want of a camera; what is left out stays as it is. */
export interface CameraWish {
  name?: string | undefined;
  /** Null keeps the address that the node's own file gives. */
  url?: string | null | undefined;
  enabled?: boolean | undefined;
}

/** Where a camera stands, in degrees; `direction` clockwise from north. */
export interface CameraPlace {
  latitude: number;
  longitude: number;
  direction: number | null;
}

interface SettingRow {
  name: string;
  url: string | null;
  enabled: boolean;
  deleted_at: number | null;
  latitude: number | null;
  longitude: number | null;
  direction: number | null;
}

const LOCK_NODE = {
  name: "lock-node-of-camera",
  text: "select node_id from nodes where node_id = $1 for update",
};
const READ_SETTING = {
  name: "read-camera-setting",
  text: `select name, url, enabled, deleted_at, latitude, longitude, direction
    from camera_settings where node_id = $1 and camera_id = $2`,
};
const READ_REPORTED = {
  name: "read-reported-camera",
  text: "select name from cameras where node_id = $1 and camera_id = $2 and removed_at is null",
};
const COUNT_OTHERS = {
  name: "count-other-camera-settings",
  text: `select count(*)::int as count from camera_settings
    where node_id = $1 and camera_id <> $2 and revision > 0`,
};
const WRITE_SETTING = {
  name: "write-camera-setting",
  text: `insert into camera_settings
      (node_id, camera_id, name, url, enabled, deleted_at, revision, requested_at, requested_by)
    values ($1, $2, $3, $4, $5, $6, nextval('camera_revision'), $7, $8)
    on conflict (node_id, camera_id) do update set name = excluded.name, url = excluded.url,
      enabled = excluded.enabled, deleted_at = excluded.deleted_at, revision = excluded.revision,
      requested_at = excluded.requested_at, requested_by = excluded.requested_by`,
};
const WRITE_PLACE = {
  name: "write-camera-place",
  text: `insert into camera_settings (node_id, camera_id, name, revision, requested_at, requested_by,
      latitude, longitude, direction)
    values ($1, $2, $3, 0, $4, $5, $6, $7, $8)
    on conflict (node_id, camera_id) do update set latitude = excluded.latitude,
      longitude = excluded.longitude, direction = excluded.direction`,
};
const TELL = {
  name: "tell-camera-wish",
  text: `select pg_notify('${DESIRED_CHANNEL}', $1), pg_notify('${CHANGES_CHANNEL}', 'cameras')`,
};

/** As many as the protocol's desired state holds; a removed one is told to its node for ever. */
const MOST_CAMERAS = 1000;

/**
 * Adds a camera to a node.
 * @throws TRPCError NOT_FOUND for the node, CONFLICT where the id is taken or the node has no room.
 */
export function addCamera(
  database: Postgres,
  key: CameraKey,
  wish: { name: string; url: string },
  person: Person,
): Promise<void> {
  return inNode(database, key, async (sql) => {
    const known = await readCamera(sql, key);
    if (known.reported !== null || (known.setting !== null && known.setting.deleted_at === null)) {
      throw new TRPCError({
        code: "CONFLICT",
        message: `Node ${key.nodeId} already has a camera ${key.cameraId}; choose another id, or edit that one.`,
      });
    }
    const [others] = await sql.query<{ count: number }>(COUNT_OTHERS, [key.nodeId, key.cameraId]);
    if ((others?.count ?? 0) >= MOST_CAMERAS) {
      throw new TRPCError({
        code: "CONFLICT",
        message: `Node ${key.nodeId} has ${MOST_CAMERAS} cameras, removed ones among them; that is as many as it takes. Use the id of a removed one, or another node.`,
      });
    }
    const after = { name: wish.name, url: wish.url, enabled: true, deleted_at: null };
    await write(sql, key, after, person);
    await tell(sql, key, "camera.add", person, null, after);
  });
}

/** Changes what is wanted of a camera. @throws TRPCError NOT_FOUND. */
export function editCamera(
  database: Postgres,
  key: CameraKey,
  wish: CameraWish,
  person: Person,
): Promise<void> {
  return inNode(database, key, async (sql) => {
    const before = await existing(sql, key);
    const after = {
      name: wish.name ?? before.name,
      url: wish.url === undefined ? before.url : wish.url,
      enabled: wish.enabled ?? before.enabled,
      deleted_at: null,
    };
    await write(sql, key, after, person);
    await tell(sql, key, "camera.edit", person, before, after);
  });
}

/** Takes a camera from its node; its events stay. @throws TRPCError NOT_FOUND. */
export function removeCamera(database: Postgres, key: CameraKey, person: Person): Promise<void> {
  return inNode(database, key, async (sql) => {
    const before = await existing(sql, key);
    const after = { ...before, enabled: false, deleted_at: Date.now() };
    await write(sql, key, after, person);
    await tell(sql, key, "camera.remove", person, before, null);
  });
}

/** Says where a camera stands; asks nothing of its node. @throws TRPCError NOT_FOUND. */
export function placeCamera(
  database: Postgres,
  key: CameraKey,
  place: CameraPlace | null,
  person: Person,
): Promise<void> {
  return inNode(database, key, async (sql) => {
    const before = await existing(sql, key);
    await sql.query(WRITE_PLACE, [
      key.nodeId,
      key.cameraId,
      before.name,
      Date.now(),
      person.name,
      place?.latitude ?? null,
      place?.longitude ?? null,
      place?.direction ?? null,
    ]);
    const { latitude, longitude, direction } = before;
    const subject = `${key.nodeId}/${key.cameraId}`;
    const was = { latitude, longitude, direction };
    await audit(sql, { actor: person, action: "camera.place", subject, before: was, after: place });
    await sql.query(TELL, [""]);
  });
}

/** One change at a time a node, so that revisions reach it in their order. */
function inNode(
  database: Postgres,
  { nodeId }: CameraKey,
  work: (sql: Sql) => Promise<void>,
): Promise<void> {
  return database.transaction(async (sql) => {
    const [node] = await sql.query(LOCK_NODE, [nodeId]);
    if (node === undefined) {
      throw new TRPCError({
        code: "NOT_FOUND",
        message: `There is no node ${nodeId}; it appears once its agent has connected.`,
      });
    }
    await work(sql);
  });
}

async function readCamera(sql: Sql, { nodeId, cameraId }: CameraKey) {
  const [setting] = await sql.query<SettingRow>(READ_SETTING, [nodeId, cameraId]);
  const [reported] = await sql.query<{ name: string }>(READ_REPORTED, [nodeId, cameraId]);
  return { setting: setting ?? null, reported: reported ?? null };
}

async function existing(sql: Sql, key: CameraKey): Promise<SettingRow> {
  const { setting, reported } = await readCamera(sql, key);
  if (setting !== null && (setting.deleted_at === null || reported !== null)) return setting;
  if (reported === null) {
    throw new TRPCError({
      code: "NOT_FOUND",
      message: `Node ${key.nodeId} has no camera ${key.cameraId}.`,
    });
  }
  const place = { latitude: null, longitude: null, direction: null };
  return { name: reported.name, url: null, enabled: true, deleted_at: null, ...place };
}

async function write(
  sql: Sql,
  { nodeId, cameraId }: CameraKey,
  row: Pick<SettingRow, "name" | "url" | "enabled" | "deleted_at">,
  person: Person,
): Promise<void> {
  const values = [nodeId, cameraId, row.name, row.url, row.enabled, row.deleted_at];
  await sql.query(WRITE_SETTING, [...values, Date.now(), person.name]);
}

async function tell(
  sql: Sql,
  { nodeId, cameraId }: CameraKey,
  action: string,
  person: Person,
  before: object | null,
  after: object | null,
): Promise<void> {
  await audit(sql, {
    actor: person,
    action,
    subject: `${nodeId}/${cameraId}`,
    before: withoutSecret(before),
    after: withoutSecret(after),
  });
  await sql.query(TELL, [nodeId]);
}

function withoutSecret(row: object | null): object | null {
  if (row === null || !("url" in row) || typeof row.url !== "string") return row;
  return { ...row, url: shownAddress(row.url) };
}
