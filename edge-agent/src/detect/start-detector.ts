import { CodedError } from "@sentinel/protocol/coded-error";
import type { Fault } from "@sentinel/protocol/status";
import { edgeError } from "../errors.ts";
import type { FaultLog } from "../fault-log.ts";
import type { ResolvedModel } from "../model/resolved-model.ts";
import type { DetectorPool } from "./detector-pool.ts";

/** Where the last good model is remembered over restarts. */
export interface ModelMemory {
  note(key: "last_model"): string | null;
  setNote(key: "last_model", value: string): void;
}

/** What the detector runs, and why it is not the wanted one where it is not. */
export interface StartedDetector {
  model: ResolvedModel;
  fault: Fault | null;
}

/**
 * Starts the detector with the first of these models that can be had and runs, or with the last one
 * that worked here.
 *
 * @param options.models the wanted one first.
 * @throws the wanted model's fault (MODEL_*) where none runs.
 */
export async function startDetector(options: {
  pool: DetectorPool;
  models: readonly (() => Promise<ResolvedModel>)[];
  memory: ModelMemory;
  faults: FaultLog;
}): Promise<StartedDetector> {
  const { pool, memory, faults } = options;
  let wanted: CodedError | null = null;
  for (const resolve of [...options.models, () => recall(memory)]) {
    try {
      const model = await resolve();
      if (model === null) continue;
      await pool.start(model);
      if (wanted === null) remember(memory, model, faults);
      const fault =
        wanted === null ? null : { code: wanted.code, message: wanted.message.slice(0, 500) };
      return { model, fault };
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      // The person needs to know about the model that he asked for, not about its stand-in.
      if (wanted === null) faults.count(error);
      wanted ??= error;
    }
  }
  throw wanted ?? edgeError("DETECTOR_NOT_STARTED", "there is no model to start with");
}

function remember(memory: ModelMemory, model: ResolvedModel, faults: FaultLog): void {
  try {
    memory.setNote("last_model", JSON.stringify(model));
  } catch (error) {
    // A full disk must not keep a good model from running.
    if (!(error instanceof CodedError)) throw error;
    faults.count(error);
  }
}

async function recall(memory: ModelMemory): Promise<ResolvedModel | null> {
  const note = memory.note("last_model");
  return note === null ? null : (JSON.parse(note) as ResolvedModel);
}
