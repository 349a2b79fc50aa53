import type { Reads } from "../tables.ts";

/** Every class that was ever seen, with the number of its events, most first. */
export async function eventClasses(db: Reads): Promise<{ className: string; count: number }[]> {
  return await db
    .selectFrom("events")
    .select((eb) => ["class_name as className", eb.fn.countAll<number>().as("count")])
    .groupBy("class_name")
    .orderBy("count", "desc")
    .orderBy("class_name")
    .execute();
}
