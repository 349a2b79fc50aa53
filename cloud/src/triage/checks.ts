import type { Sql, Statement } from "../database/postgres.ts";
import { storableJson } from "../database/storable-json.ts";
import { audit } from "../people/audit.ts";
import type { Person } from "../people/person.ts";
import { answersAgree } from "./agreement.ts";
import type { Answer, SaidBox } from "./answer.ts";

/** Before one question in so many, one comes whose answer is known. */
export const CHECK_ONE_IN = 20;

/** A person is asked again what they answered themselves only so many answers later. */
export const OWN_ANSWERS_AGO = 50;

/** Known answers are drawn from so many of the newest of a class. */
const DRAWN_FROM = 1_000;

/** Until when a page has a question, and which page. */
interface Lease {
  until: number;
  page: string | null;
}

const DROP_LAPSED: Statement = {
  name: "triage-drop-lapsed-checks",
  text: "delete from triage_checks where answered_at is null and leased_until < $1",
};
/** Nobody is checked twice with one item, and two people never have the same one at a time. */
const SEED: Statement = {
  name: "triage-seed-check",
  text: `insert into triage_checks (check_id, item_id, annotation_id, person_id, leased_page, asked_at,
      leased_until)
    select gen_random_uuid(), known.item_id, known.annotation_id, $1, $2::uuid, $3, $4 from (
      select a.item_id, a.annotation_id, a.person_id, a.at
      from annotations a join triage_items i on i.item_id = a.item_id
      where a.superseded_at is null and a.verdict not in ('duplicate', 'import')
        and i.class_name is not distinct from $5
      order by a.at desc limit ${DRAWN_FROM}) known
    where (known.person_id <> $1 or known.at < (select at from annotations
          where person_id = $1 and superseded_at is null
          order by at desc offset ${OWN_ANSWERS_AGO - 1} limit 1))
      and not exists (select from triage_checks c where c.item_id = known.item_id
        and (c.person_id = $1 or c.answered_at is null))
    order by md5(known.annotation_id::text || $1) limit 1
    returning item_id as "itemId"`,
};
const HOLD: Statement = {
  name: "triage-hold-checks",
  text: `update triage_checks set leased_until = $3
    where person_id = $1 and item_id = any ($2::uuid[]) and answered_at is null
    returning item_id as "itemId"`,
};
const RELEASE: Statement = {
  name: "triage-release-checks",
  text: `delete from triage_checks
    where person_id = $1 and item_id = any ($2::uuid[]) and answered_at is null
    returning item_id as "itemId"`,
};
const PENDING: Statement = {
  name: "triage-pending-check",
  text: `select c.check_id as "checkId", c.annotation_id as "annotationId", a.boxes as known
    from triage_checks c join annotations a on a.annotation_id = c.annotation_id
    where c.person_id = $1 and c.item_id = $2 and c.answered_at is null for update of c`,
};
const ANSWER: Statement = {
  name: "triage-answer-check",
  text: `update triage_checks set answer_id = $2, answered_at = $3, verdict = $4, boxes = $5,
      agrees = $6, decision_ms = $7
    where check_id = $1`,
};
const UNDO: Statement = {
  name: "triage-undo-check",
  text: `update triage_checks set superseded_at = $2 where answer_id = $1
    returning item_id as "itemId", annotation_id as "annotationId", person_id as "personId", verdict`,
};
const ASK_AGAIN: Statement = {
  name: "triage-ask-check-again",
  text: `insert into triage_checks (check_id, item_id, annotation_id, person_id, leased_page, asked_at,
      leased_until)
    values (gen_random_uuid(), $1, $2, $3, $4, $5, $6)`,
};

/** Whether a question has a known one before it: drawn by its id, the same at every look. */
export function hasCheckBefore(itemId: string): boolean {
  // The last digits of a UUIDv7 are random (RFC 9562, section 5.7).
  return Number.parseInt(itemId.slice(-6), 16) % CHECK_ONE_IN === 0;
}

/**
 * Where it is time for one, leases the person a question of the class that somebody else has answered,
 * or they themselves long ago. @returns its item, or null.
 */
export async function seedCheck(
  sql: Sql,
  person: Person,
  { before, className, lease }: { before: string; className: string | null; lease: Lease },
): Promise<string | null> {
  if (!hasCheckBefore(before)) return null;
  const now = Date.now();
  await sql.query(DROP_LAPSED, [now]);
  const values = [person.id, lease.page, now, lease.until, className];
  const [seeded] = await sql.query<{ itemId: string }>(SEED, values);
  return seeded?.itemId ?? null;
}

/** Keeps the known questions among these for the person. @returns those that are still theirs. */
export async function holdChecks(
  sql: Sql,
  person: Person,
  { itemIds, until }: { itemIds: string[]; until: number },
): Promise<string[]> {
  const held = await sql.query<{ itemId: string }>(HOLD, [person.id, itemIds, until]);
  return held.map(({ itemId }) => itemId);
}

/** Gives the known questions among these back unanswered. */
export async function releaseChecks(sql: Sql, person: Person, itemIds: string[]): Promise<void> {
  await sql.query(RELEASE, [person.id, itemIds]);
}

/** Gives a known question back. @returns false where the item was none. */
export async function dropCheck(sql: Sql, person: Person, itemId: string): Promise<boolean> {
  return (await sql.query(RELEASE, [person.id, [itemId]])).length > 0;
}

/**
 * Compares an answer with the known one and keeps the outcome, which is never an annotation.
 * @returns false where the person was not asked a known question about this item.
 */
export async function answerCheck(
  sql: Sql,
  person: Person,
  answer: Answer & { at: number },
  said: readonly SaidBox[],
): Promise<boolean> {
  const [pending] = await sql.query<{ checkId: string; annotationId: string; known: SaidBox[] }>(
    PENDING,
    [person.id, answer.itemId],
  );
  if (pending === undefined) return false;
  const agrees = answer.verdict === "duplicate" ? null : answersAgree(said, pending.known);
  await sql.query(ANSWER, [
    pending.checkId,
    answer.annotationId,
    answer.at,
    answer.verdict,
    storableJson(said),
    agrees,
    answer.decisionMs,
  ]);
  await audit(sql, {
    actor: person,
    action: "triage.check",
    subject: answer.itemId,
    before: { annotationId: pending.annotationId },
    after: { annotationId: answer.annotationId, verdict: answer.verdict, agrees },
  });
  return true;
}

/** Takes an answer to a known question back and asks it again. @returns its item. */
export async function undoCheck(
  sql: Sql,
  person: Person,
  answerId: string,
  lease: Lease,
): Promise<string | null> {
  const now = Date.now();
  const [undone] = await sql.query<{
    itemId: string;
    annotationId: string;
    verdict: string;
  }>(UNDO, [answerId, now]);
  if (undone === undefined) return null;
  const { itemId, annotationId, verdict } = undone;
  const again = [itemId, annotationId, person.id, lease.page, now, lease.until];
  await sql.query(ASK_AGAIN, again);
  await audit(sql, {
    actor: person,
    action: "triage.check-undo",
    subject: itemId,
    before: { annotationId: answerId, verdict },
    after: null,
  });
  return itemId;
}
