import type { Sql, Statement } from "../../database/postgres.ts";
import { NEWEST_BASE } from "./job-input.ts";
import {
  type LoopMemory,
  type LoopSettings,
  readLoopMemory,
  readLoopSettings,
} from "./loop-settings.ts";

/** Where the loop stands between two trainings. */
export interface LoopState {
  settings: LoopSettings;
  /** Annotations since those that the loop last trained on, without the golden ones. */
  annotations: number;
  /** The newest of them, ms. */
  newestAt: number | null;
  memory: LoopMemory;
  /** The model that the next job will begin from. */
  base: { digest: string; name: string } | null;
  /** A job of the loop that is not over yet; the next one waits for it. */
  jobId: string | null;
}

const COUNT: Statement = {
  name: "count-new-annotations",
  text: `select count(*) as annotations, max(at) as newest_at from annotations
    where superseded_at is null and at > $1
      and not exists (select from golden_pictures g where g.picture = annotations.picture)`,
};
const LOOP_JOB: Statement = {
  name: "pending-loop-job",
  text: `select job_id from training_jobs
    where cause = 'threshold' and state in ('queued', 'running') limit 1`,
};

/** Reads where the loop stands. */
export async function readLoopState(sql: Sql): Promise<LoopState> {
  const settings = await readLoopSettings(sql);
  const memory = await readLoopMemory(sql);
  const [count] = await sql.query<{ annotations: number; newest_at: number | null }>(COUNT, [
    memory.countedTo,
  ]);
  const [base] = await sql.query<{ digest: string; name: string }>(NEWEST_BASE, []);
  const [job] = await sql.query<{ job_id: string }>(LOOP_JOB, []);
  return {
    settings,
    memory,
    annotations: count?.annotations ?? 0,
    newestAt: count?.newest_at ?? null,
    base: base ?? null,
    jobId: job?.job_id ?? null,
  };
}
