import type { MeasuredOn } from "../measured-on.ts";
import type { EvaluationResult } from "./evaluation-files.ts";
import type { EvaluationRow } from "./evaluation-row.ts";

/**
 * Where the outcome of an evaluation goes, which is over with it. May be called again with the same
 * one: a trainer that was killed in between repeats it.
 */
export type EvaluationSink = (
  evaluation: EvaluationRow,
  measuredOn: MeasuredOn,
  result: EvaluationResult,
) => Promise<void>;
