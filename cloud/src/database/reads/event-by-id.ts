import type { OutboxRow } from "@sentinel/protocol/event-batch";
import type { Reads } from "../tables.ts";
import { type EventItem, selectEvents, toEventItem } from "./event-item.ts";

/** One log row of an event. */
export interface EventRowItem {
  rowId: number;
  seq: number;
  kind: OutboxRow["kind"];
  createdAt: number;
  capturedAt: number;
  committedAt: number;
  score: number;
  snapshotSha256: string | null;
}

/** An event with everything that led to it. */
export interface EventDetail extends EventItem {
  rows: EventRowItem[];
  /** The model that saw it; its name is the digest where no node ever told one. */
  model: { name: string; digest: string } | null;
  epoch: string;
}

/** More rows than any track has; what lies beyond is left out of the detail. */
const MAX_ROWS = 1_000;

/** Reads one event with its log rows in order; null where there is none. */
export async function eventById(db: Reads, eventId: string): Promise<EventDetail | null> {
  const event = await selectEvents(db).where("e.event_id", "=", eventId).executeTakeFirst();
  if (event === undefined) return null;
  const rows = await db
    .selectFrom("event_log")
    .selectAll()
    .where("event_id", "=", eventId)
    .where("node_id", "=", event.node_id)
    .orderBy("id")
    .limit(MAX_ROWS)
    .execute();
  const model = await db
    .selectFrom("node_models")
    .select("name")
    .where("digest", "=", event.model_digest)
    .orderBy("last_seen_at", "desc")
    .limit(1)
    .executeTakeFirst();
  return {
    ...toEventItem(event),
    epoch: event.epoch,
    model: model === undefined ? null : { name: model.name, digest: event.model_digest },
    rows: rows.flatMap(({ id, seq, committed_at, row }) =>
      row.kind === "gap" || row.kind === "motion"
        ? []
        : {
            rowId: id,
            seq,
            kind: row.kind,
            createdAt: row.createdAt,
            capturedAt: row.capturedAt,
            committedAt: committed_at,
            score: row.score,
            snapshotSha256: row.snapshot?.sha256 ?? null,
          },
    ),
  };
}
