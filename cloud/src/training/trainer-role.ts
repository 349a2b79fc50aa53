import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { CHANGES_CHANNEL, TRAINING_CHANNEL } from "../database/channels.ts";
import type { Postgres } from "../database/postgres.ts";
import { PostgresListener } from "../database/postgres-listener.ts";
import type { CandidateSink } from "./jobs/candidate-sink.ts";
import type { JobStores } from "./jobs/job-folder.ts";
import { JobQueue } from "./jobs/job-queue.ts";
import { PENDING_JOBS } from "./jobs/job-row.ts";
import { JobRunner } from "./jobs/job-runner.ts";
import { type BuildVersion, LoopTrigger } from "./jobs/loop-trigger.ts";

/** What the role trainer works with. */
export interface TrainerParts {
  database: Postgres;
  /** The queue and the listener have connections of their own. */
  databaseUrl: string;
  stores: JobStores;
  /** Scratch space. */
  workDir: string;
  buildVersion: BuildVersion;
  registerCandidate: CandidateSink;
  logger: Logger;
  /** The program that works on a job's folder; ours where none is named. */
  mainFile?: string;
}

/** Role trainer: takes up jobs, and starts them where enough annotations have come. */
export async function startTrainerRole(
  parts: TrainerParts,
): Promise<{ stop: () => Promise<void> }> {
  const { database, databaseUrl, stores, workDir, buildVersion, registerCandidate, logger } = parts;
  const folder = join(workDir, "training");
  await removeOldFolders(folder, database);
  const { mainFile } = parts;
  const runner = new JobRunner({
    sql: database,
    stores,
    folder,
    registerCandidate,
    logger,
    ...(mainFile === undefined ? {} : { mainFile }),
  });
  const queue = new JobQueue({
    url: databaseUrl,
    sql: database,
    run: (jobId, signal) => runner.run(jobId, signal),
    logger,
  });
  const trigger = new LoopTrigger({
    database,
    build: buildVersion,
    onQueued: () => void queue.look(),
    logger,
  });
  const listener = new PostgresListener({ url: databaseUrl, logger });
  listener.on(TRAINING_CHANNEL, () => {
    void runner.look().catch(() => {});
    void queue.look();
  });
  listener.on(CHANGES_CHANNEL, (payload) => {
    if (payload === "triage" || payload === "datasets") void trigger.look();
  });
  await queue.start();
  await listener.start();
  trigger.start();
  return {
    stop: async () => {
      await listener.stop();
      await trigger.stop();
      await queue.stop();
    },
  };
}

/** Folders of jobs that are over lie there only where a trainer was killed. */
async function removeOldFolders(folder: string, database: Postgres): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  if (names.length === 0) return;
  const pending = await database.query<{ job_id: string }>(PENDING_JOBS, []);
  const wanted = new Set(pending.map(({ job_id }) => job_id));
  for (const name of names) {
    if (!wanted.has(name)) await rm(join(folder, name), { recursive: true, force: true });
  }
}
