import type { Sql, Statement } from "../database/postgres.ts";
import type { Candidate } from "./candidate.ts";

/** Looked at in one go. */
const BATCH = 50;

const UNLOOKED_EVENTS: Statement = {
  name: "triage-unlooked-events",
  text: `select e.event_id as "eventId", e.node_id as "nodeId", e.camera_id as "cameraId",
      e.class_id as "classId", e.class_name as "className", e.score, e.box, e.frames::int as frames,
      (select count(distinct r.class_name)::int from events r
        where r.node_id = e.node_id and r.camera_id = e.camera_id and r.class_name <> e.class_name
          and r.started_at <= e.last_at and r.last_at >= e.started_at
          and least(r.box[1] + r.box[3], e.box[1] + e.box[3]) - greatest(r.box[1], e.box[1])
            > 0.6 * least(r.box[3], e.box[3])
          and least(r.box[2] + r.box[4], e.box[2] + e.box[4]) - greatest(r.box[2], e.box[2])
            > 0.6 * least(r.box[4], e.box[4])) as rivals,
      e.snapshot_sha256 as picture, e.snapshot_width as width, e.snapshot_height as height,
      e.snapshot_crop as crop, e.model_digest as "modelDigest", e.started_at as "capturedAt"
    from events e
    where e.ended_at is not null and e.snapshot_stored_at is not null
      and not exists (select 1 from triage_looked l where l.event_id = e.event_id)
    order by e.ended_at limit ${BATCH}`,
};

const UNLOOKED_MOTION: Statement = {
  name: "triage-unlooked-motion",
  text: `select m.event_id as "eventId", m.node_id as "nodeId", m.camera_id as "cameraId",
      null::int as "classId", null as "className", null::float8 as score, m.box, 0 as frames,
      0 as rivals, m.snapshot_sha256 as picture, m.snapshot_width as width,
      m.snapshot_height as height, m.snapshot_crop as crop, m.model_digest as "modelDigest",
      m.captured_at as "capturedAt"
    from motion_sightings m
    where m.snapshot_stored_at is not null
      and not exists (select 1 from triage_looked l where l.event_id = m.event_id)
    order by m.committed_at limit ${BATCH}`,
};

const MARK_LOOKED: Statement = {
  name: "triage-mark-looked",
  text: `insert into triage_looked (event_id, looked_at) values ($1, $2)
    on conflict (event_id) do nothing returning event_id`,
};

/** Ended events and sightings of motion whose picture is here and that nobody has looked at yet. */
export async function unlookedCandidates(sql: Sql): Promise<Candidate[]> {
  const events = await sql.query<Candidate>(UNLOOKED_EVENTS, []);
  const motion = await sql.query<Candidate>(UNLOOKED_MOTION, []);
  return [...events, ...motion];
}

/** Notes that a candidate was looked at. @returns false where another process was faster. */
export async function markLooked(sql: Sql, eventId: string): Promise<boolean> {
  const rows = await sql.query(MARK_LOOKED, [eventId, Date.now()]);
  return rows.length > 0;
}
