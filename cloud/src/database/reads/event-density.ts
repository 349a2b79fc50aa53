import { sql } from "kysely";
import type { Reads } from "../tables.ts";
import { type EventFilter, eventCondition } from "./event-filter.ts";

/** How many events began in each stretch of time, by class. */
export interface EventDensity {
  from: number;
  bucketMs: number;
  /** `counts[i]` are the events that began within `from + i * bucketMs` and the next bucket. */
  classes: { className: string; counts: number[] }[];
}

/** Counts the events that `filter` means in `buckets` equal stretches from `from` to `to`. */
export async function eventDensity(
  db: Reads,
  filter: EventFilter & { from: number; to: number },
  buckets: number,
): Promise<EventDensity> {
  const bucketMs = Math.max(1, Math.ceil((filter.to - filter.from) / buckets));
  const bucket = sql<number>`(e.started_at - ${filter.from}::bigint) / ${bucketMs}::bigint`;
  const rows = await db
    .selectFrom("events as e")
    .where(eventCondition(filter))
    .select((eb) => ["e.class_name", bucket.as("bucket"), eb.fn.countAll<number>().as("count")])
    .groupBy(["e.class_name", "bucket"])
    .orderBy("e.class_name")
    .execute();
  const byClass = new Map<string, number[]>();
  for (const { class_name, bucket: index, count } of rows) {
    const counts = byClass.get(class_name) ?? new Array<number>(buckets).fill(0);
    byClass.set(class_name, counts);
    counts[index] = count;
  }
  return {
    from: filter.from,
    bucketMs,
    classes: [...byClass].map(([className, counts]) => ({ className, counts })),
  };
}
