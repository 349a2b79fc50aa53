import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Logger } from "pino";
import type { Sql } from "../../database/postgres.ts";
import { storableJson } from "../../database/storable-json.ts";
import type { JobFault } from "../../database/tables/training-tables.ts";
import { cloudError } from "../../errors.ts";
import { readModelFile } from "../../registry/read-model-file.ts";
import {
  fetchPictures,
  goneWords,
  type JobStores,
  putWhole,
} from "../../training/jobs/job-folder.ts";
import type { Attempt, JobKind } from "../../training/jobs/job-runner.ts";
import { runPersistentChild } from "../../training/jobs/persistent-child.ts";
import {
  EVALUATION_FILES,
  type EvaluationInput,
  type EvaluationResult,
  evaluationResultSchema,
} from "./evaluation-files.ts";
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

const MAIN = fileURLToPath(new URL("../evaluate-main.ts", import.meta.url));

interface EvaluationParts {
  sql: Sql;
  stores: JobStores;
  /** Of the cameras that a model learnt from, so many must be among the pictures of a golden set. */
  leastCameraShare: number;
  recordEvaluation: EvaluationSink;
  logger: Logger;
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
  const { sql, recordEvaluation, logger } = parts;
  const { folder, recorder } = attempt;
  const composed = await composeEvaluation(sql, evaluation, parts.leastCameraShare);
  const { input, measuredOn } = composed;
  const { goldenId, datasetId } = measuredOn;
  const told = [evaluation.evaluationId, storableJson(measuredOn), goldenId, datasetId];
  await sql.query(WRITE_MEASURED_ON, told);
  await fillFolder(parts.stores, evaluation, input, attempt);
  const codes = { failed: "EVALUATION_FAILED", killed: "EVALUATION_FAILED" } as const;
  await runPersistentChild({ mainFile: MAIN, attempt, codes, logger });
  const result = await readResult(folder);
  await recorder.close();
  await recordEvaluation(evaluation, measuredOn, result);
}

async function fillFolder(
  stores: JobStores,
  { digest, against }: EvaluationRow,
  input: EvaluationInput,
  { folder, recorder, signal }: Attempt,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, model] of [
    [EVALUATION_FILES.after, digest],
    [EVALUATION_FILES.before, against],
  ] as const) {
    await putWhole(join(folder, name), await readModelFile(stores.models, model));
  }
  const { pictures } = input;
  const gone = await fetchPictures({
    folder,
    pictures,
    store: stores.pictures,
    signal,
    onPicture: (done, of) => recorder.stage("fetching pictures", done, of),
  });
  if (gone.length > 0) {
    throw cloudError("EVALUATION_PICTURES_GONE", goneWords(gone, pictures.length));
  }
  await putWhole(join(folder, EVALUATION_FILES.input), Buffer.from(JSON.stringify(input)));
}

async function readResult(folder: string): Promise<EvaluationResult> {
  try {
    const text = await readFile(join(folder, EVALUATION_FILES.result), "utf8");
    return evaluationResultSchema.parse(JSON.parse(text));
  } catch (error) {
    throw cloudError("EVALUATION_FAILED", "the process left no result", error);
  }
}
