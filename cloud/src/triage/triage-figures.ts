import type { Postgres, Statement } from "../database/postgres.ts";

const DAY_MS = 86_400_000;

const OPEN_BY_CLASS: Statement = {
  name: "triage-open-by-class",
  text: `select class_name as "className", min(class_id) as "classId", count(*)::int as open
    from triage_items where state = 'open' group by class_name order by open desc, class_name`,
};

const FIGURES: Statement = {
  name: "triage-figures",
  text: `select count(*) filter (where superseded_at is null)::int as answered,
      percentile_cont(0.5) within group (order by decision_ms)
        filter (where person_id = $1) as "medianDecisionMs",
      count(*) filter (where superseded_at is not null)::int as undone,
      count(*) filter (where superseded_at is null and at > $2 and person_id = $1)::int as today
    from annotations where item_id is not null`,
};

/** What waits to be answered: one class at a time halves the effort. */
export async function triageSummary(database: Postgres) {
  const classes = await database.query<{
    className: string | null;
    classId: number | null;
    open: number;
  }>(OPEN_BY_CLASS, []);
  return { classes, open: classes.reduce((sum, { open }) => sum + open, 0) };
}

/** How the answering goes; the median is the person's own. */
export async function triageFigures(database: Postgres, personId: string) {
  const [row] = await database.query<{
    answered: number;
    medianDecisionMs: number | null;
    undone: number;
    today: number;
  }>(FIGURES, [personId, Date.now() - DAY_MS]);
  return row ?? { answered: 0, medianDecisionMs: null, undone: 0, today: 0 };
}
