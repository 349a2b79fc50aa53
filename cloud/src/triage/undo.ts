import { TRPCError } from "@trpc/server";
import { CHANGES_CHANNEL } from "../database/channels.ts";
import type { Postgres, Sql, Statement } from "../database/postgres.ts";
import { audit } from "../people/audit.ts";
import type { Person } from "../people/person.ts";
import { undoCheck } from "./checks.ts";
import { LEASE_MS } from "./leases.ts";
import { readItems, type TriageItem } from "./triage-item.ts";

/** An answer that stands, as far as undo needs it. */
interface Given {
  answerId: string;
  itemId: string;
  verdict: string;
  personId: string;
  isCheck: boolean;
  undone: boolean;
}

const COLUMNS = `annotation_id as "answerId", item_id as "itemId", verdict, person_id as "personId",
  false as "isCheck", undone_at is not null as undone, at`;
const CHECK_COLUMNS = `answer_id, item_id, verdict, person_id, true, superseded_at is not null,
  answered_at`;

const NEWEST: Statement = {
  name: "triage-newest-answer",
  text: `(select ${COLUMNS} from annotations
      where person_id = $1 and superseded_at is null and item_id is not null
      order by at desc, annotation_id desc limit 1)
    union all (select ${CHECK_COLUMNS} from triage_checks
      where person_id = $1 and superseded_at is null and answered_at is not null
      order by answered_at desc limit 1)
    order by at desc, "answerId" desc limit 1`,
};
const FIND: Statement = {
  name: "triage-find-given",
  text: `select ${COLUMNS} from annotations where annotation_id = $1 and item_id is not null
    union all select ${CHECK_COLUMNS} from triage_checks where answer_id = $1`,
};
/** One after another, so that what is asked twice at once is done once. */
const LOCK_PERSON: Statement = {
  name: "triage-lock-undo",
  text: "select pg_advisory_xact_lock(hashtext('sentinel-triage-undo'), hashtext($1))",
};
const UNDO_ANNOTATION: Statement = {
  name: "triage-undo-annotation",
  text: `update annotations set superseded_at = $2, undone_at = $2
    where annotation_id = $1 and superseded_at is null returning annotation_id`,
};
const REOPEN: Statement = {
  name: "triage-reopen-item",
  text: `update triage_items set state = 'open', hidden_by = null, leased_by = $2, leased_page = $3,
      leased_until = $4
    where item_id = $1`,
};
const TELL: Statement = {
  name: "triage-tell-undo",
  text: `select pg_notify('${CHANGES_CHANNEL}', 'triage')`,
};

/** The person's newest answer that still stands; null where there is none. */
export async function newestAnswer(sql: Sql, person: Person): Promise<string | null> {
  const [newest] = await sql.query<Given>(NEWEST, [person.id]);
  return newest?.answerId ?? null;
}

/**
 * Takes an answer of the person back, the newest one where none is named, and gives its item to the
 * page again. Asked again without a name, it takes back the one before, without limit; asked again
 * with the same name it changes nothing.
 * @throws TRPCError NOT_FOUND where the person gave no such answer, CONFLICT where it was replaced.
 */
export function undoAnswer(
  database: Postgres,
  person: Person,
  { answerId, page }: { answerId: string | null; page: string | null },
): Promise<TriageItem | null> {
  return database.transaction(async (sql) => {
    await sql.query(LOCK_PERSON, [person.id]);
    const named = answerId ?? (await newestAnswer(sql, person));
    if (named === null) return null;
    const [given] = await sql.query<Given>(FIND, [named]);
    if (given === undefined || given.personId !== person.id) {
      throw new TRPCError({ code: "NOT_FOUND", message: `You gave no answer ${named}.` });
    }
    if (!given.undone) await takeBack(sql, person, given, page);
    const [item] = await readItems(sql, [given.itemId]);
    return item ?? null;
  });
}

async function takeBack(
  sql: Sql,
  person: Person,
  { answerId, itemId, verdict, isCheck }: Given,
  page: string | null,
): Promise<void> {
  const now = Date.now();
  const until = now + LEASE_MS;
  if (isCheck) {
    await undoCheck(sql, person, answerId, { until, page });
  } else {
    const undone = await sql.query(UNDO_ANNOTATION, [answerId, now]);
    if (undone.length === 0) {
      const message = "Another answer has replaced this one since; it cannot be taken back.";
      throw new TRPCError({ code: "CONFLICT", message });
    }
    await sql.query(REOPEN, [itemId, person.id, page, until]);
    await audit(sql, {
      actor: person,
      action: "annotation.undo",
      subject: itemId,
      before: { annotationId: answerId, verdict },
      after: null,
    });
  }
  await sql.query(TELL, []);
}
