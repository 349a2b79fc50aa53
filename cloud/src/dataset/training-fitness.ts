import type { DatasetCounts } from "../database/tables/dataset-tables.ts";
import { cloudError } from "../errors.ts";

/** Why nothing can be learnt from a version. */
export interface TrainingFault {
  code: "DATASET_EMPTY" | "DATASET_ONE_CLASS" | "DATASET_NO_VALIDATION";
  message: string;
}

/** Why nothing can be learnt from pictures that are so many; null where it can. */
export function trainingFaultOf({
  train,
  validation,
}: Pick<DatasetCounts, "train" | "validation">): TrainingFault | null {
  if (train.pictures === 0 || train.boxes === 0) {
    return {
      code: "DATASET_EMPTY",
      message: `there are ${train.pictures} pictures to learn from, with ${train.boxes} boxes`,
    };
  }
  const classes = new Set([...Object.keys(train.classes), ...Object.keys(validation.classes)]);
  if (classes.size === 1 && train.empty + validation.empty === 0) {
    const [name] = classes;
    const message = `every picture shows ${name} and nothing else; there is none of another class, nor one where nothing is`;
    return { code: "DATASET_ONE_CLASS", message };
  }
  if (validation.pictures === 0) {
    const message = "all pictures look alike or lie close in time: none is left to measure on";
    return { code: "DATASET_NO_VALIDATION", message };
  }
  return null;
}

/** @throws CodedError DATASET_EMPTY, DATASET_ONE_CLASS, DATASET_NO_VALIDATION. */
export function refuseUnfit(counts: DatasetCounts): void {
  const fault = trainingFaultOf(counts);
  if (fault !== null) throw cloudError(fault.code, fault.message);
}
