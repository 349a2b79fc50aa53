import type { Postgres, Sql, Statement } from "../database/postgres.ts";
import type { Person } from "../people/person.ts";
import { dropCheck, holdChecks, releaseChecks, seedCheck } from "./checks.ts";
import { readItems, type TriageItem } from "./triage-item.ts";

/** How long an item is one person's without a word of their page, which renews it four times as often. */
export const LEASE_MS = 120_000;

/** What a page asks for. */
export interface NextWish {
  className: string | null;
  count: number;
  /** What the page has already; it is not given again. */
  holding: string[];
  /** The page, so that two pages of one person do not get the same item; null for the command line. */
  page: string | null;
}

const LEASE_NEXT: Statement = {
  name: "triage-lease-next",
  text: `with leased as (
      update triage_items set leased_by = $1, leased_page = $2::uuid, leased_until = $3
      where item_id in (
        select item_id from triage_items
        where state = 'open' and hidden_by is null and class_name is not distinct from $4
          and item_id <> all ($5::uuid[])
          and (leased_until is null or leased_until < $6
            or (leased_by = $1 and leased_page is not distinct from $2::uuid))
        order by priority desc, made_at limit $7 for update skip locked)
      returning item_id, priority, made_at)
    select item_id as "itemId" from leased order by priority desc, made_at`,
};

/** Also what has lapsed, as long as nobody else took it; not what a rule hides meanwhile. */
const HOLD: Statement = {
  name: "triage-hold",
  text: `update triage_items set leased_until = $3
    where item_id = any ($4::uuid[]) and leased_by = $1 and leased_page is not distinct from $2::uuid
      and state = 'open' and hidden_by is null
    returning item_id as "itemId"`,
};

const RELEASE: Statement = {
  name: "triage-release",
  text: `update triage_items set leased_by = null, leased_page = null, leased_until = null
    where item_id = any ($3::uuid[]) and leased_by = $1 and leased_page is not distinct from $2::uuid
      and state = 'open'`,
};

const SKIP: Statement = {
  name: "triage-skip",
  text: `update triage_items set priority = priority - 1, leased_by = null, leased_page = null,
      leased_until = null
    where item_id = $1 and state = 'open'
      and (leased_by = $2 or leased_until is null or leased_until < $3)`,
};

/**
 * The next items of a class, the best first, which are this page's for a while: two people never get
 * the same one. Now and then one comes among them whose answer is known (see `checks.ts`).
 */
export function leaseNext(
  database: Postgres,
  person: Person,
  { className, count, holding, page }: NextWish,
): Promise<TriageItem[]> {
  return database.transaction(async (sql) => {
    const now = Date.now();
    const lease = { until: now + LEASE_MS, page };
    const values = [person.id, page, lease.until, className, holding, now, count];
    const leased = await sql.query<{ itemId: string }>(LEASE_NEXT, values);
    const ids: string[] = [];
    for (const { itemId } of leased) {
      const known = await seedCheck(sql, person, { before: itemId, className, lease });
      if (known !== null) ids.push(known);
      ids.push(itemId);
    }
    return await readItems(sql, ids);
  });
}

/** Keeps items for the page. @returns those that are still its own; others were given away, or are kept out now. */
export async function holdItems(
  sql: Sql,
  person: Person,
  { itemIds, page }: { itemIds: string[]; page: string | null },
): Promise<string[]> {
  const until = Date.now() + LEASE_MS;
  const held = await sql.query<{ itemId: string }>(HOLD, [person.id, page, until, itemIds]);
  const checks = await holdChecks(sql, person, { itemIds, until });
  return [...held.map(({ itemId }) => itemId), ...checks];
}

/** Gives items back unanswered, for others to have at once. */
export async function releaseItems(
  sql: Sql,
  person: Person,
  { itemIds, page }: { itemIds: string[]; page: string | null },
): Promise<void> {
  await sql.query(RELEASE, [person.id, page, itemIds]);
  await releaseChecks(sql, person, itemIds);
}

/** Gives an item back, behind the others of its class. */
export async function skipItem(sql: Sql, person: Person, itemId: string): Promise<void> {
  if (await dropCheck(sql, person, itemId)) return;
  await sql.query(SKIP, [itemId, person.id, Date.now()]);
}
