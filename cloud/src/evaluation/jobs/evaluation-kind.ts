import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Sql } from "../../database/postgres.ts";
import { storableJson } from "../../database/storable-json.ts";
import type { JobFault } from "../../database/tables/training-tables.ts";
import { cloudError } from "../../errors.ts";
import { modelKey } from "../../registry/register-candidate.ts";
import { snapshotKey } from "../../snapshots/snapshot-key.ts";
import type { JobStores } from "../../training/jobs/job-folder.ts";
import type { JobPlace } from "../../training/jobs/job-place.ts";
import type { Attempt, JobKind } from "../../training/jobs/job-runner.ts";
import {
  EVALUATION_FILES,
  type EvaluationResult,
  evaluationResultSchema,
} from "./evaluation-files.ts";
import { fillEvaluationFolder } from "./evaluation-folder.ts";
import { composeEvaluation } from "./evaluation-input.ts";
import {
  CLAIM_EVALUATION,
  type EvaluationRow,
  FAIL_EVALUATION,
  READ_EVALUATION_STATE,
  WRITE_EVALUATION_PROGRESS,
  WRITE_MEASURED_ON,
} from "./evaluation-row.ts";
import type { EvaluationSink } from "./evaluation-sink.ts";

interface EvaluationParts {
  sql: Sql;
  stores: JobStores;
  /** Of the cameras that a model learnt from, so many must be among the pictures of a golden set. */
  leastCameraShare: number;
  place: JobPlace;
  recordEvaluation: EvaluationSink;
}

/** How evaluations are worked on: from two models and pictures to figures. */
export function evaluationKind(parts: EvaluationParts): JobKind<EvaluationRow> {
  const { sql } = parts;
  return {
    name: "evaluation",
    claim: CLAIM_EVALUATION,
    readState: READ_EVALUATION_STATE,
    curveOf: () => [],
    writeProgress: (evaluationId) => async (progress) => {
      const told = progress === null ? null : storableJson(progress);
      return (await sql.query(WRITE_EVALUATION_PROGRESS, [evaluationId, told])).length > 0;
    },
    work: (evaluation, attempt) => evaluate(parts, evaluation, attempt),
    fail: ({ evaluationId }, fault) => failEvaluation(sql, evaluationId, fault),
    forget: (evaluationId) => parts.place.forget("evaluation", evaluationId),
  };
}

/** Ends an evaluation from which nothing came. */
export async function failEvaluation(
  sql: Sql,
  evaluationId: string,
  fault: JobFault,
): Promise<void> {
  await sql.query(FAIL_EVALUATION, [evaluationId, Date.now(), storableJson(fault)]);
}

async function evaluate(
  parts: EvaluationParts,
  evaluation: EvaluationRow,
  attempt: Attempt,
): Promise<void> {
  const { sql, stores, place, recordEvaluation } = parts;
  const { folder, recorder, signal } = attempt;
  const composed = await composeEvaluation(sql, evaluation, parts.leastCameraShare);
  const { input, measuredOn } = composed;
  const { goldenId, datasetId } = measuredOn;
  const told = [evaluation.evaluationId, storableJson(measuredOn), goldenId, datasetId];
  await sql.query(WRITE_MEASURED_ON, told);
  const { digest, against } = evaluation;
  const task = { kind: "evaluation", digest, against, input } as const;
  const onPicture = (done: number, of: number) => recorder.stage("fetching pictures", done, of);
  const assignment = {
    kind: "evaluation",
    jobId: evaluation.evaluationId,
    task,
    reads: {
      pictures: input.pictures.map(({ nodeId, picture }) => snapshotKey(nodeId, picture)),
      models: [modelKey(digest), modelKey(against)],
    },
    fill: () => fillEvaluationFolder({ folder, task, stores, signal, onPicture }),
    outputs: [EVALUATION_FILES.result],
  } as const;
  await place.work(assignment, attempt);
  const result = await readResult(folder);
  await recorder.close();
  await recordEvaluation(evaluation, measuredOn, result);
}

async function readResult(folder: string): Promise<EvaluationResult> {
  try {
    const text = await readFile(join(folder, EVALUATION_FILES.result), "utf8");
    return evaluationResultSchema.parse(JSON.parse(text));
  } catch (error) {
    throw cloudError("EVALUATION_FAILED", "the process left no result", error);
  }
}
