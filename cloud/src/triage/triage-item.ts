import type { Box } from "@sentinel/protocol/box";
import type { Statement } from "../database/postgres.ts";
import type { Reason } from "./candidate.ts";

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
  /** In fractions of the picture. */
  box: Box | null;
  /** SHA-256; the picture is at `/snapshots/{sha256}.jpg`. */
  picture: string;
  width: number;
  height: number;
  capturedAt: number;
  leasedUntil: number | null;
  /** What may be answered: the classes of the model that saw it. */
  classNames: string[];
  /** Pictures of the same camera just before and after, two each at most. */
  neighbours: { before: string[]; after: string[] };
}

/** The items of these ids, in the order of their worth. */
export const READ_ITEMS: Statement = {
  name: "triage-read-items",
  text: `select i.item_id as "itemId", i.node_id as "nodeId", i.camera_id as "cameraId",
      coalesce(c.name, i.camera_id) as "cameraName", i.reason, i.class_id as "classId",
      i.class_name as "className", i.score, i.box, i.picture, i.width, i.height,
      i.captured_at as "capturedAt", i.leased_until as "leasedUntil",
      coalesce((select m.class_names from node_models m where m.digest = i.model_digest
        order by m.last_seen_at desc limit 1), '[]') as "classNames",
      json_build_object('before', ${neighbours("<", "desc")}, 'after', ${neighbours(">", "asc")})
        as neighbours
    from triage_items i
    left join cameras c on c.node_id = i.node_id and c.camera_id = i.camera_id
    where i.item_id = any($1::uuid[])
    order by i.priority desc, i.made_at`,
};

function neighbours(side: "<" | ">", order: "asc" | "desc"): string {
  return `(select coalesce(json_agg(near.sha256), '[]') from (
      select e.snapshot_sha256 as sha256 from events e
      where e.node_id = i.node_id and e.camera_id = i.camera_id
        and e.snapshot_stored_at is not null and e.snapshot_sha256 <> i.picture
        and e.started_at ${side} i.captured_at
      order by e.started_at ${order} limit 2) near)`;
}
