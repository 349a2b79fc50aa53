import { SNAPSHOTS_CHANNEL } from "../database/channels.ts";
import type { Postgres } from "../database/postgres.ts";

/** A snapshot that an event names and that has not arrived. */
export interface AwaitedSnapshot {
  nodeId: string;
  sha256: string;
}

const MAX_AT_A_TIME = 200;

const CLAIM_DUE = {
  name: "claim-due-snapshots",
  text: `with due as (
      select e.event_id from events e join nodes n on n.node_id = e.node_id and n.online
      where e.snapshot_sha256 is not null and e.snapshot_stored_at is null
        and e.snapshot_gone_at is null
        and ($2::text is null or e.node_id = $2)
        and (e.snapshot_asked_at is null
          or e.snapshot_asked_at <= $1 - least(3600000, 30000 * 2 ^ greatest(0, e.snapshot_asks - 10)))
      order by e.snapshot_asked_at nulls first limit ${MAX_AT_A_TIME}
      for update of e skip locked)
    update events set snapshot_asks = snapshot_asks + 1, snapshot_asked_at = $1
    from due where events.event_id = due.event_id
    returning events.node_id as "nodeId", events.snapshot_sha256 as sha256`,
};

const CLAIM_DUE_MOTION = {
  name: "claim-due-motion-snapshots",
  text: CLAIM_DUE.text.replaceAll("events", "motion_sightings"),
};

const MARK_STORED = {
  name: "mark-snapshot-stored",
  text: `with arrived as (
      insert into arrived_snapshots (node_id, sha256, arrived_at) values ($1, $2, $3)
      on conflict do nothing),
    stored as (
      update events set snapshot_stored_at = $3, snapshot_gone_at = null
      where node_id = $1 and snapshot_sha256 = $2 and snapshot_stored_at is null
      returning event_id),
    stored_motion as (
      update motion_sightings set snapshot_stored_at = $3, snapshot_gone_at = null
      where node_id = $1 and snapshot_sha256 = $2 and snapshot_stored_at is null
      returning event_id),
    all_stored as (select event_id from stored union all select event_id from stored_motion)
    select count(*) as events, pg_notify('${SNAPSHOTS_CHANNEL}', $2) from all_stored having count(*) > 0`,
};

const MARK_LOST = {
  name: "mark-snapshot-lost",
  text: `with motion as (update motion_sightings set snapshot_stored_at = null
      where node_id = $1 and snapshot_sha256 = $2),
    arrived as (delete from arrived_snapshots where node_id = $1 and sha256 = $2)
    update events set snapshot_stored_at = null where node_id = $1 and snapshot_sha256 = $2`,
};

const MARK_GONE = {
  name: "mark-snapshot-gone",
  text: `with motion as (update motion_sightings set snapshot_gone_at = $3
      where node_id = $1 and snapshot_sha256 = $2 and snapshot_stored_at is null)
    update events set snapshot_gone_at = $3
    where node_id = $1 and snapshot_sha256 = $2 and snapshot_stored_at is null`,
};

/**
 * The snapshots that are to be asked for now, of nodes that are online: those never asked for and
 * those asked for 30 s ago or more (after ten times less often, at last hourly); where a node is
 * given, only its own. They count as asked; two processes never get the same one.
 */
export async function claimDueSnapshots(
  database: Postgres,
  now: number,
  nodeId: string | null,
): Promise<AwaitedSnapshot[]> {
  const ofEvents = await database.query<AwaitedSnapshot>(CLAIM_DUE, [now, nodeId]);
  const ofMotion = await database.query<AwaitedSnapshot>(CLAIM_DUE_MOTION, [now, nodeId]);
  return [...ofEvents, ...ofMotion];
}

/** Notes that a snapshot has arrived, also on its events, and tells whoever follows. */
export async function markSnapshotStored(
  database: Postgres,
  { nodeId, sha256 }: AwaitedSnapshot,
  now: number,
): Promise<void> {
  await database.query(MARK_STORED, [nodeId, sha256, now]);
}

/**
 * Takes back that a snapshot has arrived, because what lies there is not it: it is asked for again
 * by the time rule.
 */
export async function markSnapshotLost(
  database: Postgres,
  { nodeId, sha256 }: AwaitedSnapshot,
): Promise<void> {
  await database.query(MARK_LOST, [nodeId, sha256]);
}

/** Notes on the events that their snapshot will never arrive. */
export async function markSnapshotGone(
  database: Postgres,
  { nodeId, sha256 }: AwaitedSnapshot,
  now: number,
): Promise<void> {
  await database.query(MARK_GONE, [nodeId, sha256, now]);
}
