import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { CHANGES_CHANNEL, TRAINING_CHANNEL } from "../database/channels.ts";
import type { Postgres, Statement } from "../database/postgres.ts";
import { PostgresListener } from "../database/postgres-listener.ts";
import type { JobFault } from "../database/tables/training-tables.ts";
import type { cloudErrors } from "../errors.ts";
import { evaluationKind, failEvaluation } from "../evaluation/jobs/evaluation-kind.ts";
import { PENDING_EVALUATIONS } from "../evaluation/jobs/evaluation-row.ts";
import type { EvaluationSink } from "../evaluation/jobs/evaluation-sink.ts";
import type { CandidateSink } from "./jobs/candidate-sink.ts";
import type { JobStores } from "./jobs/job-folder.ts";
import type { JobKindName, JobPlace } from "./jobs/job-place.ts";
import { JobQueue } from "./jobs/job-queue.ts";
import { PENDING_JOBS } from "./jobs/job-row.ts";
import { JobRunner } from "./jobs/job-runner.ts";
import { type BuildVersion, LoopTrigger } from "./jobs/loop-trigger.ts";
import { failTraining, trainingKind } from "./jobs/training-kind.ts";

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
  evaluation: {
    record: EvaluationSink;
    /** Of the cameras that a model learnt from, so many must be among the pictures of a golden set. */
    leastCameraShare: number;
  };
  /** Where the processes of jobs run. */
  place: JobPlace;
  logger: Logger;
}

/** What nobody could remove of a job when it ended is looked for so often. */
const SWEEP_MS = 60_000;

/** Role trainer: takes up training jobs and evaluations, and starts them where it is time. */
export async function startTrainerRole(
  parts: TrainerParts,
): Promise<{ stop: () => Promise<void> }> {
  const { database: sql, databaseUrl, stores, workDir, evaluation, place, logger } = parts;
  const folders = { training: join(workDir, "training"), evaluation: join(workDir, "evaluation") };
  await removeOldFolders(folders.training, sql, PENDING_JOBS);
  await removeOldFolders(folders.evaluation, sql, PENDING_EVALUATIONS);
  const sweep = async () => {
    await sweepPlace(place, "training", sql, PENDING_JOBS, logger);
    await sweepPlace(place, "evaluation", sql, PENDING_EVALUATIONS, logger);
  };
  const { registerCandidate } = parts;
  const training = new JobRunner({
    sql,
    kind: trainingKind({ sql, stores, place, registerCandidate, logger }),
    folder: folders.training,
    logger,
  });
  const { record: recordEvaluation, leastCameraShare } = evaluation;
  const evaluations = new JobRunner({
    sql,
    kind: evaluationKind({ sql, stores, place, recordEvaluation, leastCameraShare }),
    folder: folders.evaluation,
    logger,
  });
  const queue = new JobQueue({
    url: databaseUrl,
    sql,
    kinds: [
      {
        name: "training",
        pending: PENDING_JOBS,
        run: (jobId, signal) => training.run(jobId, signal),
        giveUp: (jobId, attempts) =>
          failTraining(sql, jobId, neverEnded("TRAINING_KILLED", "the job", attempts)),
      },
      {
        name: "evaluation",
        pending: PENDING_EVALUATIONS,
        run: (jobId, signal) => evaluations.run(jobId, signal),
        giveUp: (jobId, attempts) =>
          failEvaluation(sql, jobId, neverEnded("EVALUATION_FAILED", "the evaluation", attempts)),
      },
    ],
    logger,
  });
  const trigger = new LoopTrigger({
    database: sql,
    build: parts.buildVersion,
    onQueued: () => void queue.look(),
    logger,
  });
  const listener = new PostgresListener({ url: databaseUrl, logger });
  listener.on(TRAINING_CHANNEL, () => {
    for (const runner of [training, evaluations]) void runner.look().catch(() => {});
    void queue.look();
  });
  listener.on(CHANGES_CHANNEL, (payload) => {
    if (payload === "triage" || payload === "datasets") void trigger.look();
  });
  await queue.start();
  await listener.start();
  trigger.start();
  void sweep();
  const sweeping = setInterval(() => void sweep(), SWEEP_MS);
  return {
    stop: async () => {
      clearInterval(sweeping);
      await listener.stop();
      await trigger.stop();
      await queue.stop();
    },
  };
}

function neverEnded(code: keyof typeof cloudErrors, what: string, attempts: number): JobFault {
  const message = `${what} was taken up ${attempts} times and never came to an end`;
  return { code, message, lines: [] };
}

/** Folders of jobs that are over lie there only where a trainer was killed. */
async function removeOldFolders(folder: string, sql: Postgres, pending: Statement): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  if (names.length === 0) return;
  const rows = await sql.query<{ id: string }>(pending, []);
  const wanted = new Set(rows.map(({ id }) => id));
  for (const name of names) {
    if (!wanted.has(name)) await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** Ends Jobs that nobody wants any more: their rows ended while the cluster, or the trainer, was away. */
async function sweepPlace(
  place: JobPlace,
  kind: JobKindName,
  sql: Postgres,
  pending: Statement,
  logger: Logger,
): Promise<void> {
  try {
    await place.sweep(kind, async () => {
      const rows = await sql.query<{ id: string }>(pending, []);
      return new Set(rows.map(({ id }) => id));
    });
  } catch (error) {
    logger.debug({ err: error, kind }, "not swept");
  }
}
