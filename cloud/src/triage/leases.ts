import type { Postgres, Statement } from "../database/postgres.ts";
import type { Person } from "../people/person.ts";
import { READ_ITEMS, type TriageItem } from "./triage-item.ts";

/** How long an item is one person's; whoever goes on answering keeps it. */
const LEASE_MS = 120_000;

const LEASE_NEXT: Statement = {
  name: "triage-lease-next",
  text: `update triage_items set leased_by = $1, leased_until = $2
    where item_id in (
      select item_id from triage_items
      where state = 'open' and class_name is not distinct from $3 and item_id <> all ($4::uuid[])
        and (leased_until is null or leased_until < $5 or leased_by = $1)
      order by priority desc, made_at limit $6 for update skip locked)
    returning item_id as "itemId"`,
};

const RENEW: Statement = {
  name: "triage-renew-leases",
  text: `update triage_items set leased_until = $2
    where item_id = any ($3::uuid[]) and leased_by = $1 and state = 'open'`,
};

const SKIP: Statement = {
  name: "triage-skip",
  text: `update triage_items set priority = priority - 1, leased_by = null, leased_until = null
    where item_id = $1 and state = 'open'
      and (leased_by = $2 or leased_until is null or leased_until < $3)`,
};

/**
 * The next items of a class, which are this person's for a while: two people never get the same one.
 * @param holding what the person's page has already; its leases are renewed.
 */
export async function leaseNext(
  database: Postgres,
  person: Person,
  { className, count, holding }: { className: string | null; count: number; holding: string[] },
): Promise<TriageItem[]> {
  const now = Date.now();
  await database.query(RENEW, [person.id, now + LEASE_MS, holding]);
  const leased = await database.query<{ itemId: string }>(LEASE_NEXT, [
    person.id,
    now + LEASE_MS,
    className,
    holding,
    now,
    count,
  ]);
  if (leased.length === 0) return [];
  return await database.query<TriageItem>(READ_ITEMS, [leased.map(({ itemId }) => itemId)]);
}

/** Gives an item back, behind the others of its class. */
export async function skipItem(database: Postgres, person: Person, itemId: string): Promise<void> {
  await database.query(SKIP, [itemId, person.id, Date.now()]);
}
