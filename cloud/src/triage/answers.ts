import type { Box } from "@sentinel/protocol/box";
import { TRPCError } from "@trpc/server";
import { CHANGES_CHANNEL } from "../database/channels.ts";
import type { Postgres, Sql, Statement } from "../database/postgres.ts";
import { storableJson } from "../database/storable-json.ts";
import { audit } from "../people/audit.ts";
import type { Person } from "../people/person.ts";
import type { Answer, SaidBox } from "./answer.ts";
import { answerCheck, dropCheck } from "./checks.ts";

interface ItemRow {
  node_id: string;
  camera_id: string;
  class_id: number | null;
  class_name: string | null;
  box: Box | null;
  picture: string;
  width: number;
  height: number;
  crop: Box;
  captured_at: number;
  phash: string;
  state: "open" | "answered" | "duplicate";
  leased_by: string | null;
  leased_until: number | null;
  class_names: string[];
}

const LOCK_ITEM: Statement = {
  name: "triage-lock-item",
  text: `select i.*, coalesce((select m.class_names from node_models m
      where m.digest = i.model_digest order by m.last_seen_at desc limit 1), '[]') as class_names
    from triage_items i where i.item_id = $1 for update of i`,
};
const FIND_ANSWER: Statement = {
  name: "triage-find-answer",
  text: `select item_id as "itemId", person_id as "personId" from annotations where annotation_id = $1
    union all select item_id, person_id from triage_checks where answer_id = $1`,
};
const SUPERSEDE_PICTURE: Statement = {
  name: "triage-supersede-picture",
  text: "update annotations set superseded_at = $2 where item_id = $1 and superseded_at is null",
};
const INSERT_ANNOTATION: Statement = {
  name: "triage-insert-annotation",
  text: `insert into annotations (annotation_id, item_id, node_id, camera_id, picture, width, height,
      crop, captured_at, phash, boxes, verdict, person_id, person_name, at, decision_ms)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
};
/** Answers of one person are told apart by their time: undo goes through them one by one. */
const LAST_AT: Statement = {
  name: "triage-last-answer-at",
  text: `select greatest(
      (select max(at) from annotations where person_id = $1),
      (select max(answered_at) from triage_checks where person_id = $1)) as at`,
};
const CLOSE: Statement = {
  name: "triage-close-item",
  text: `update triage_items set state = $2, leased_by = null, leased_page = null, leased_until = null
    where item_id = $1`,
};
const TELL: Statement = {
  name: "triage-tell-annotations",
  text: `select pg_notify('${CHANGES_CHANNEL}', 'triage')`,
};

/**
 * Keeps an answer as annotation, and closes its item; where the item is asked to see whether people
 * agree, it is compared instead. The same answer sent again changes nothing.
 * @throws TRPCError NOT_FOUND, CONFLICT where somebody else has or had it, BAD_REQUEST.
 */
export function answerItem(database: Postgres, answer: Answer, person: Person): Promise<void> {
  return database.transaction(async (sql) => {
    const [item] = await sql.query<ItemRow>(LOCK_ITEM, [answer.itemId]);
    if (item === undefined) {
      throw new TRPCError({ code: "NOT_FOUND", message: `There is no item ${answer.itemId}.` });
    }
    if (await isRepeat(sql, answer, person)) return;
    const boxes = boxesOf(item, answer);
    const [last] = await sql.query<{ at: number | null }>(LAST_AT, [person.id]);
    const now = Math.max(Date.now(), (last?.at ?? 0) + 1);
    if (item.state === "open") {
      await dropCheck(sql, person, answer.itemId);
    } else if (await answerCheck(sql, person, { ...answer, at: now }, boxes)) {
      await sql.query(TELL, []);
      return;
    }
    refuseOthers(item, person);
    await sql.query(SUPERSEDE_PICTURE, [answer.itemId, now]);
    await sql.query(INSERT_ANNOTATION, [
      answer.annotationId,
      answer.itemId,
      item.node_id,
      item.camera_id,
      item.picture,
      item.width,
      item.height,
      item.crop,
      item.captured_at,
      item.phash,
      storableJson(boxes),
      answer.verdict,
      person.id,
      person.name,
      now,
      answer.decisionMs,
    ]);
    const state = answer.verdict === "duplicate" ? "duplicate" : "answered";
    await sql.query(CLOSE, [answer.itemId, state]);
    await audit(sql, {
      actor: person,
      action: "annotation.add",
      subject: answer.itemId,
      before: null,
      after: { annotationId: answer.annotationId, verdict: answer.verdict, boxes },
    });
    await sql.query(TELL, []);
  });
}

/** True where this very answer is known already. @throws TRPCError where its id is another's. */
async function isRepeat(sql: Sql, answer: Answer, person: Person): Promise<boolean> {
  const [known] = await sql.query<{ itemId: string | null; personId: string }>(FIND_ANSWER, [
    answer.annotationId,
  ]);
  if (known === undefined) return false;
  if (known.itemId === answer.itemId && known.personId === person.id) return true;
  const message = `The annotation id ${answer.annotationId} belongs to another answer.`;
  throw new TRPCError({ code: "CONFLICT", message });
}

function refuseOthers(item: ItemRow, person: Person): void {
  if (item.state !== "open") {
    const message = "Somebody has answered this item already; go on with the next one.";
    throw new TRPCError({ code: "CONFLICT", message });
  }
  const isLeased = item.leased_until !== null && item.leased_until > Date.now();
  if (isLeased && item.leased_by !== person.id) {
    const message = "Somebody else is answering this item; go on with the next one.";
    throw new TRPCError({ code: "CONFLICT", message });
  }
}

/** What the answer says is there, by names. @throws TRPCError BAD_REQUEST. */
function boxesOf(item: ItemRow, { verdict, boxes }: Answer): SaidBox[] {
  const refuse = (message: string) => new TRPCError({ code: "BAD_REQUEST", message });
  if (verdict === "reject" || verdict === "duplicate") {
    if (boxes.length > 0) throw refuse(`boxes: ${verdict} says that there is none`);
    return [];
  }
  if (boxes.length === 0) throw refuse(`boxes: ${verdict} needs at least one box`);
  return boxes.map(({ classId, box }, index) => {
    const className = item.class_names[classId];
    if (className === undefined) {
      const most = item.class_names.length - 1;
      throw refuse(`boxes.${index}.classId is ${classId}; accepted: 0 to ${most}`);
    }
    return { classId, className, box };
  });
}
