import type { Sql, Statement } from "../database/postgres.ts";
import { readLoopState } from "../training/jobs/loop-state.ts";

const DAY_MS = 86_400_000;
/** A person's figures are of so many of their newest answers: what is long ago says little. */
const OF_ANSWERS = 200;

const OPEN_BY_CLASS: Statement = {
  name: "triage-open-by-class",
  text: `select class_name as "className", min(class_id) as "classId",
      count(*) filter (where hidden_by is null)::int as open,
      count(*) filter (where hidden_by is not null)::int as hidden
    from triage_items where state = 'open' group by class_name order by open desc, class_name`,
};

const FIGURES: Statement = {
  name: "triage-figures",
  text: `with mine as (select decision_ms, undone_at from annotations
      where person_id = $1 and item_id is not null order by at desc limit ${OF_ANSWERS}),
    checks as (select agrees from triage_checks
      where person_id = $1 and superseded_at is null and agrees is not null
      order by answered_at desc limit ${OF_ANSWERS})
    select
      (select count(*)::int from annotations where item_id is not null and superseded_at is null)
        as answered,
      (select count(*)::int from annotations where item_id is not null and superseded_at is null
        and person_id = $1 and at > $2) as today,
      (select percentile_cont(0.5) within group (order by decision_ms) from mine) as "medianDecisionMs",
      (select count(*)::int from mine) as given,
      (select count(*)::int from mine where undone_at is not null) as undone,
      (select count(*)::int from checks) as checked,
      (select count(*)::int from checks where agrees) as agreed`,
};

/** How the answering goes. */
export interface TriageFigures {
  /** Answers of all people that stand. */
  answered: number;
  /** The person's own of the last 24 hours. */
  today: number;
  /** Of the person's newest 200 answers, as are the next two. */
  medianDecisionMs: number | null;
  given: number;
  undone: number;
  /** Of the person's newest 200 answers to known questions. */
  checked: number;
  agreed: number;
  /** What the next dataset version waits for. */
  needed: {
    annotations: number;
    threshold: number;
    enabled: boolean;
    blocked: { code: string; message: string } | null;
  };
}

/** What waits to be answered: one class at a time halves the effort. */
export async function triageSummary(sql: Sql) {
  const classes = await sql.query<{
    className: string | null;
    classId: number | null;
    open: number;
    hidden: number;
  }>(OPEN_BY_CLASS, []);
  const sum = (of: "open" | "hidden") => classes.reduce((total, one) => total + one[of], 0);
  return { classes, open: sum("open"), hidden: sum("hidden") };
}

/** How the answering goes for a person. */
export async function triageFigures(sql: Sql, personId: string): Promise<TriageFigures> {
  const [row] = await sql.query<Omit<TriageFigures, "needed">>(FIGURES, [
    personId,
    Date.now() - DAY_MS,
  ]);
  if (row === undefined) throw new Error("a query without from has one row");
  const { annotations, settings, memory } = await readLoopState(sql);
  const blocked =
    memory.blocked === null ? null : { code: memory.blocked.code, message: memory.blocked.message };
  const needed = {
    annotations,
    threshold: settings.annotations,
    enabled: settings.enabled,
    blocked,
  };
  return { ...row, needed };
}
