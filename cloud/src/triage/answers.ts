import type { Box } from "@sentinel/protocol/box";
import { TRPCError } from "@trpc/server";
import { CHANGES_CHANNEL } from "../database/channels.ts";
import type { Postgres, Sql, Statement } from "../database/postgres.ts";
import { storableJson } from "../database/storable-json.ts";
import { audit } from "../people/audit.ts";
import type { Person } from "../people/person.ts";
import { READ_ITEMS, type TriageItem } from "./triage-item.ts";

/** What a person says about an item. */
export interface Answer {
  /** Made by the person's page, so that an answer that is sent twice counts once. */
  annotationId: string;
  itemId: string;
  verdict: "accept" | "reject" | "class" | "boxes" | "duplicate";
  /** What is there; none for `reject` and `duplicate`. */
  boxes: { classId: number; box: Box }[];
  decisionMs: number | null;
}

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
const FIND_ANNOTATION: Statement = {
  name: "triage-find-annotation",
  text: `select item_id as "itemId", person_id as "personId", superseded_at as "supersededAt"
    from annotations where annotation_id = $1`,
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
const SET_STATE: Statement = {
  name: "triage-set-item-state",
  text: `update triage_items set state = $2, leased_by = $3, leased_until = $4 where item_id = $1`,
};
const NEWEST_OF_PERSON: Statement = {
  name: "triage-newest-annotation",
  text: `select annotation_id as "annotationId", item_id as "itemId", verdict from annotations
    where person_id = $1 and superseded_at is null and item_id is not null
    order by at desc, annotation_id desc limit 1 for update`,
};
const SUPERSEDE: Statement = {
  name: "triage-supersede",
  text: "update annotations set superseded_at = $2 where annotation_id = $1",
};
const TELL: Statement = {
  name: "triage-tell-annotations",
  text: `select pg_notify('${CHANGES_CHANNEL}', 'triage')`,
};

/** How long an undone item is the person's again. */
const LEASE_MS = 120_000;

/**
 * Keeps an answer as annotation, and closes its item. The same answer sent again changes nothing.
 * @throws TRPCError NOT_FOUND, CONFLICT where somebody else has or had it, BAD_REQUEST.
 */
export function answerItem(database: Postgres, answer: Answer, person: Person): Promise<void> {
  return database.transaction(async (sql) => {
    const [item] = await sql.query<ItemRow>(LOCK_ITEM, [answer.itemId]);
    if (item === undefined) {
      throw new TRPCError({ code: "NOT_FOUND", message: `There is no item ${answer.itemId}.` });
    }
    if (await isRepeat(sql, answer, person)) return;
    refuseOthers(item, person);
    const boxes = boxesOf(item, answer);
    const now = Date.now();
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
    await sql.query(SET_STATE, [answer.itemId, state, null, null]);
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

/**
 * Takes back the person's newest answer that still stands, and gives its item to the person again.
 * Asked again, it takes back the one before, without limit.
 */
export function undoAnswer(database: Postgres, person: Person): Promise<TriageItem | null> {
  return database.transaction(async (sql) => {
    const [newest] = await sql.query<{ annotationId: string; itemId: string; verdict: string }>(
      NEWEST_OF_PERSON,
      [person.id],
    );
    if (newest === undefined) return null;
    const now = Date.now();
    await sql.query(SUPERSEDE, [newest.annotationId, now]);
    await sql.query(SET_STATE, [newest.itemId, "open", person.id, now + LEASE_MS]);
    await audit(sql, {
      actor: person,
      action: "annotation.undo",
      subject: newest.itemId,
      before: { annotationId: newest.annotationId, verdict: newest.verdict },
      after: null,
    });
    await sql.query(TELL, []);
    const [item] = await sql.query<TriageItem>(READ_ITEMS, [[newest.itemId]]);
    return item ?? null;
  });
}

/** True where this very answer is known already. @throws TRPCError where its id is another's. */
async function isRepeat(sql: Sql, answer: Answer, person: Person): Promise<boolean> {
  const [known] = await sql.query<{ itemId: string | null; personId: string }>(FIND_ANNOTATION, [
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
function boxesOf(
  item: ItemRow,
  { verdict, boxes }: Answer,
): { classId: number; className: string; box: Box }[] {
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
