import type { Sql } from "../../database/postgres.ts";
import { cloudError } from "../../errors.ts";
import { findModel, type ModelRow } from "../../registry/model-row.ts";
import type { MeasuredOn } from "../measured-on.ts";
import type { EvaluationInput } from "./evaluation-files.ts";
import type { EvaluationRow } from "./evaluation-row.ts";
import { choosePictures } from "./measured-pictures.ts";

/**
 * What an evaluation is to do, from its models and the pictures that are there.
 * @throws CodedError MODEL_UNKNOWN, EVALUATION_WRONG_CLASSES, and as {@link choosePictures} does.
 */
export async function composeEvaluation(
  sql: Sql,
  evaluation: EvaluationRow,
  leastCameraShare: number,
): Promise<{ input: EvaluationInput; measuredOn: MeasuredOn }> {
  const { digest, against, wantedGolden } = evaluation;
  const [after, before] = await Promise.all([known(sql, digest), known(sql, against)]);
  const classNames = commonClasses(before, after);
  const { pictures, measuredOn } = await choosePictures(
    sql,
    { digest, against, datasetId: after.datasetId, classNames },
    wantedGolden,
    leastCameraShare,
  );
  return {
    input: { before: factsOf(before), after: factsOf(after), classNames, pictures },
    measuredOn,
  };
}

async function known(sql: Sql, digest: string): Promise<ModelRow> {
  const model = await findModel(sql, digest);
  if (model !== null) return model;
  throw cloudError("MODEL_UNKNOWN", `the registry has no model ${digest}`);
}

/** Two models can be compared where one knows every class of the other by the same number. */
function commonClasses(before: ModelRow, after: ModelRow): string[] {
  const [fewer, more] =
    before.classNames.length <= after.classNames.length ? [before, after] : [after, before];
  const other = fewer.classNames.findIndex((name, id) => more.classNames[id] !== name);
  if (other === -1) return more.classNames;
  throw cloudError(
    "EVALUATION_WRONG_CLASSES",
    `class ${other} is ${fewer.classNames[other]} for ${fewer.name} and ${more.classNames[other]} for ${more.name}`,
  );
}

function factsOf({ layout, inputSize, classNames }: ModelRow): EvaluationInput["after"] {
  return { layout, inputSize, classCount: classNames.length };
}
