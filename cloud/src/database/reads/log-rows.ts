import type { TrackRow } from "@sentinel/protocol/event-batch";
import { sql } from "kysely";
import type { Reads } from "../tables.ts";
import { type EventItem, selectEvents, toEventItem } from "./event-item.ts";

/** One row of the event log; `event` is null where it is a gap row or speaks of no event of its node. */
export interface LogRow {
  rowId: number;
  track: { kind: TrackRow["kind"]; event: EventItem } | null;
}

/** How many ids below the newest are looked through for missing ones. */
const LOOK_BACK = 1_000;

/** The newest row id that can be seen, 0 where there is none. */
export async function newestRowId(db: Reads): Promise<number> {
  const { newest } = await db
    .selectFrom("event_log")
    .select((eb) => eb.fn.max("id").as("newest"))
    .executeTakeFirstOrThrow();
  return newest ?? 0;
}

/** The ids just below `rowId` that cannot be seen: rolled back, or not yet committed. */
export async function missingRowIds(db: Reads, rowId: number): Promise<number[]> {
  const first = Math.max(1, rowId - LOOK_BACK);
  const { rows } = await sql<{ id: number }>`
    select id from generate_series(${first}::bigint, ${rowId}::bigint) as id
    except select id from event_log where id between ${first} and ${rowId}
    order by id`.execute(db);
  return rows.map((row) => row.id);
}

/** Reads the rows above `high` and those of `gaps` that can be seen now, in order, at most `limit`. */
export async function logRows(
  db: Reads,
  high: number,
  gaps: readonly number[],
  limit: number,
): Promise<LogRow[]> {
  const rows = await db
    .selectFrom("event_log")
    .select(["id", "kind", "event_id", "node_id"])
    .where((eb) =>
      eb.or([
        eb("id", ">", high),
        ...(gaps.length > 0 ? [sql<boolean>`id = any(${gaps}::bigint[])`] : []),
      ]),
    )
    .orderBy("id")
    .limit(limit)
    .execute();
  const ids = [...new Set(rows.flatMap((row) => row.event_id ?? []))];
  const events = new Map<string, EventItem>();
  if (ids.length > 0) {
    const found = await selectEvents(db).where("e.event_id", "in", ids).execute();
    for (const event of found) events.set(event.event_id, toEventItem(event));
  }
  return rows.map((row) => {
    const event = row.event_id === null ? undefined : events.get(row.event_id);
    // A row may name an event of another node: that is not this row's to speak of.
    const known = event !== undefined && event.nodeId === row.node_id;
    const { kind } = row;
    const track = kind === "gap" || kind === "motion" || !known ? null : { kind, event };
    return { rowId: row.id, track };
  });
}
