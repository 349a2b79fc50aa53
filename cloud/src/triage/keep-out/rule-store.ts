import type { Box } from "@sentinel/protocol/box";
import { TRPCError } from "@trpc/server";
import { v7 as uuidv7 } from "uuid";
import { CHANGES_CHANNEL } from "../../database/channels.ts";
import type { Postgres, Sql, Statement } from "../../database/postgres.ts";
import { audit } from "../../people/audit.ts";
import type { Person } from "../../people/person.ts";
import { boxInFrame } from "../picture-box.ts";
import { hides, type RuleShape, type Seen } from "./rule-match.ts";

/** What a rule is about: one class of one camera; null for motion in which nothing was detected. */
export interface RulePlace {
  nodeId: string;
  cameraId: string;
  className: string | null;
}

/** A rule that holds, as people see it. */
export type TriageRule = RulePlace &
  RuleShape & {
    ruleId: string;
    cameraName: string;
    note: string | null;
    madeAt: number;
    madeBy: string;
    /** Open items that it hides now; they come back when it is removed. */
    hidden: number;
    /** Pictures that would have become items since. */
    keptOut: number;
  };

interface RuleRow extends RulePlace {
  ruleId: string;
  kind: "mask" | "threshold";
  box: Box | null;
  minScore: number | null;
}

const PLACE = "node_id = $1 and camera_id = $2 and class_name is not distinct from $3";
const RULE = `rule_id as "ruleId", node_id as "nodeId", camera_id as "cameraId",
  class_name as "className", kind, box, min_score as "minScore"`;

const KNOWN_CAMERA: Statement = {
  name: "triage-rule-camera",
  text: "select from cameras where node_id = $1 and camera_id = $2",
};
const OF_PLACE: Statement = {
  name: "triage-rules-of-place",
  text: `select ${RULE} from triage_rules where ${PLACE} and removed_at is null order by made_at`,
};
const LIST: Statement = {
  name: "triage-list-rules",
  text: `select r.rule_id as "ruleId", r.node_id as "nodeId", r.camera_id as "cameraId",
      coalesce(c.name, r.camera_id) as "cameraName", r.class_name as "className", r.kind, r.box,
      r.min_score as "minScore", r.note, r.made_at as "madeAt", r.made_by_name as "madeBy",
      r.kept_out as "keptOut", (select count(*)::int from triage_items i
        where i.hidden_by = r.rule_id and i.state = 'open') as hidden
    from triage_rules r
    left join cameras c on c.node_id = r.node_id and c.camera_id = r.camera_id
    where r.removed_at is null order by r.made_at desc`,
};
const INSERT: Statement = {
  name: "triage-insert-rule",
  text: `insert into triage_rules (node_id, camera_id, class_name, rule_id, kind, box, min_score, note,
      made_at, made_by, made_by_name)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
};
const REMOVE: Statement = {
  name: "triage-remove-rule",
  text: `update triage_rules set removed_at = $2, removed_by = $3
    where rule_id = $1 and removed_at is null returning ${RULE}`,
};
const KEPT_OUT: Statement = {
  name: "triage-rule-kept-out",
  text: "update triage_rules set kept_out = kept_out + 1 where rule_id = $1",
};
const OPEN_ITEMS: Statement = {
  name: "triage-open-items-of-place",
  text: `select item_id as "itemId", box, crop, score, hidden_by as "hiddenBy" from triage_items
    where ${PLACE} and state = 'open' for update`,
};
const HIDE: Statement = {
  name: "triage-hide-items",
  text: `update triage_items i set hidden_by = said.rule_id
    from unnest($1::uuid[], $2::uuid[]) as said (item_id, rule_id) where i.item_id = said.item_id`,
};
const TELL: Statement = {
  name: "triage-tell-rules",
  text: `select pg_notify('${CHANGES_CHANNEL}', 'triage')`,
};

/** The rules that hold, the newest first. */
export async function listRules(sql: Sql): Promise<TriageRule[]> {
  const rows = await sql.query<Omit<TriageRule, "kind"> & RuleRow>(LIST, []);
  return rows.map((row) => {
    const { kind, box, minScore, ...rest } = row;
    return { ...rest, ...shapeOf({ kind, box, minScore }) };
  });
}

/**
 * Keeps a kind of picture out of triage from now on, and hides the open items that it is true of.
 * @throws TRPCError NOT_FOUND for the camera.
 */
export function addRule(
  database: Postgres,
  wish: RulePlace & RuleShape & { note: string | null },
  person: Person,
): Promise<{ ruleId: string; hidden: number }> {
  return database.transaction(async (sql) => {
    const { nodeId, cameraId, className, note, ...shape } = wish;
    if ((await sql.query(KNOWN_CAMERA, [nodeId, cameraId])).length === 0) {
      const message = `There is no camera ${nodeId}/${cameraId}.`;
      throw new TRPCError({ code: "NOT_FOUND", message });
    }
    const ruleId = uuidv7();
    await sql.query(INSERT, [
      nodeId,
      cameraId,
      className,
      ruleId,
      shape.kind,
      shape.kind === "mask" ? shape.box : null,
      shape.kind === "threshold" ? shape.minScore : null,
      note,
      Date.now(),
      person.id,
      person.name,
    ]);
    const hidden = await applyRules(sql, wish);
    await audit(sql, {
      actor: person,
      action: "triage-rule.add",
      subject: `${nodeId}/${cameraId}`,
      before: null,
      after: { ruleId, className, note, ...shape },
    });
    await sql.query(TELL, []);
    return { ruleId, hidden: hidden.get(ruleId) ?? 0 };
  });
}

/** Takes a rule away; what it hid is asked again. @throws TRPCError NOT_FOUND. */
export function removeRule(database: Postgres, ruleId: string, person: Person): Promise<void> {
  return database.transaction(async (sql) => {
    const [rule] = await sql.query<RuleRow>(REMOVE, [ruleId, Date.now(), person.id]);
    if (rule === undefined) {
      throw new TRPCError({ code: "NOT_FOUND", message: `There is no rule ${ruleId} that holds.` });
    }
    await applyRules(sql, rule);
    await audit(sql, {
      actor: person,
      action: "triage-rule.remove",
      subject: `${rule.nodeId}/${rule.cameraId}`,
      before: { ruleId, className: rule.className, ...shapeOf(rule) },
      after: null,
    });
    await sql.query(TELL, []);
  });
}

/** The rule that keeps this out of triage; null where none does. */
export async function hidingRule(sql: Sql, place: RulePlace, seen: Seen): Promise<string | null> {
  const rules = await rulesOf(sql, place);
  return rules.find(({ shape }) => hides(shape, seen))?.ruleId ?? null;
}

/** Counts a picture that a rule kept out. */
export async function countKeptOut(sql: Sql, ruleId: string): Promise<void> {
  await sql.query(KEPT_OUT, [ruleId]);
}

/** Says anew which open items of a place are hidden. @returns how many, by rule. */
async function applyRules(sql: Sql, place: RulePlace): Promise<Map<string, number>> {
  const rules = await rulesOf(sql, place);
  const items = await sql.query<{
    itemId: string;
    box: Box | null;
    crop: Box;
    score: number | null;
    hiddenBy: string | null;
  }>(OPEN_ITEMS, [place.nodeId, place.cameraId, place.className]);
  const counts = new Map<string, number>();
  const changed: { itemId: string; ruleId: string | null }[] = [];
  for (const { itemId, box, crop, score, hiddenBy } of items) {
    const seen = { box: box === null ? null : boxInFrame(box, crop), score };
    const ruleId = rules.find(({ shape }) => hides(shape, seen))?.ruleId ?? null;
    if (ruleId !== null) counts.set(ruleId, (counts.get(ruleId) ?? 0) + 1);
    if (ruleId !== hiddenBy) changed.push({ itemId, ruleId });
  }
  await sql.query(HIDE, [changed.map(({ itemId }) => itemId), changed.map(({ ruleId }) => ruleId)]);
  return counts;
}

async function rulesOf(sql: Sql, { nodeId, cameraId, className }: RulePlace) {
  const rows = await sql.query<RuleRow>(OF_PLACE, [nodeId, cameraId, className]);
  return rows.map((row) => ({ ruleId: row.ruleId, shape: shapeOf(row) }));
}

/** As the table's check has it: a mask has a box, a threshold a score. */
function shapeOf({ kind, box, minScore }: Pick<RuleRow, "kind" | "box" | "minScore">): RuleShape {
  return kind === "mask"
    ? { kind, box: box ?? [0, 0, 0, 0] }
    : { kind: "threshold", minScore: minScore ?? 0 };
}
