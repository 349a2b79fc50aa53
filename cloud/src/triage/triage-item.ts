import type { Box } from "@sentinel/protocol/box";
import type { Sql, Statement } from "../database/postgres.ts";
import type { Reason } from "./candidate.ts";

/** A picture beside the one that is asked about. */
export interface Neighbour {
  /** SHA-256; the picture is at `/api/snapshots/{sha256}.jpg`. */
  picture: string;
  capturedAt: number;
  /** The same object, or whatever the same camera saw. */
  of: "track" | "camera";
}

/** A question to people, with all that its answer needs. */
export interface TriageItem {
  itemId: string;
  nodeId: string;
  cameraId: string;
  cameraName: string;
  reason: Reason;
  /** What the model says; null where it saw nothing. */
  classId: number | null;
  className: string | null;
  score: number | null;
  /** In fractions of the picture; where nothing was detected: what moves. */
  box: Box | null;
  /** SHA-256; the picture is at `/api/snapshots/{sha256}.jpg`. */
  picture: string;
  width: number;
  height: number;
  capturedAt: number;
  /** What may be answered: the classes of the model that saw it. */
  classNames: string[];
  /** Two pictures each at most, in the order of time. */
  neighbours: { before: Neighbour[]; after: Neighbour[] };
}

/** Pictures of a camera that are further away say little about this one. */
const CAMERA_NEIGHBOURS_MS = 600_000;
const NEIGHBOURS = 2;

const READ: Statement = {
  name: "triage-read-items",
  text: `select i.item_id as "itemId", i.node_id as "nodeId", i.camera_id as "cameraId",
      coalesce(c.name, i.camera_id) as "cameraName", i.reason, i.class_id as "classId",
      i.class_name as "className", i.score, i.box, i.picture, i.width, i.height,
      own.at as "capturedAt",
      coalesce((select m.class_names from node_models m where m.digest = i.model_digest
        order by m.last_seen_at desc limit 1), '[]') as "classNames",
      json_build_object('before', ${neighbours("<", "desc")}, 'after', ${neighbours(">", "asc")})
        as neighbours
    from triage_items i
    left join cameras c on c.node_id = i.node_id and c.camera_id = i.camera_id
    cross join lateral (select coalesce((select min((l.row->>'capturedAt')::bigint) from event_log l
        where l.event_id = i.event_id and l.node_id = i.node_id
          and l.row->'snapshot'->>'sha256' = i.picture), i.captured_at) as at) own
    where i.item_id = any($1::uuid[])`,
};

/** These items, in the order of their ids as given. */
export async function readItems(sql: Sql, itemIds: readonly string[]): Promise<TriageItem[]> {
  if (itemIds.length === 0) return [];
  const items = await sql.query<TriageItem>(READ, [itemIds]);
  const byId = new Map(items.map((item) => [item.itemId, item]));
  return itemIds.flatMap((itemId) => byId.get(itemId) ?? []);
}

/** Other pictures of the same track first: they show the same object a moment before or after. */
function neighbours(side: "<" | ">", order: "asc" | "desc"): string {
  const reach =
    side === "<" ? `> own.at - ${CAMERA_NEIGHBOURS_MS}` : `< own.at + ${CAMERA_NEIGHBOURS_MS}`;
  return `(select coalesce(json_agg(json_build_object('picture', near.sha256, 'capturedAt', near.at,
        'of', near.of) order by near.at), '[]') from (
      select * from (
        (select 'track' as of, l.row->'snapshot'->>'sha256' as sha256,
            min((l.row->>'capturedAt')::bigint) as at, 0 as rank
          from event_log l join arrived_snapshots s
            on s.sha256 = l.row->'snapshot'->>'sha256' and s.node_id = l.node_id
          where l.event_id = i.event_id and l.node_id = i.node_id and s.sha256 <> i.picture
            and (l.row->>'capturedAt')::bigint ${side} own.at
          group by 2 order by at ${order} limit ${NEIGHBOURS})
        union all
        (select 'camera', e.snapshot_sha256, e.started_at, 1 from events e
          where e.node_id = i.node_id and e.camera_id = i.camera_id
            and e.snapshot_stored_at is not null and e.snapshot_sha256 <> i.picture
            and e.event_id is distinct from i.event_id and e.started_at ${side} own.at
            and e.started_at ${reach}
          order by e.started_at ${order} limit ${NEIGHBOURS})) both_kinds
      order by rank, at ${order} limit ${NEIGHBOURS}) near)`;
}
