import { CodedError } from "@sentinel/protocol/coded-error";
import type { Fault } from "@sentinel/protocol/status";
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
 * Starts the detector with the wanted model, or, where that cannot be had, with the last one that
 * worked here.
 *
 * @throws the wanted model's fault (MODEL_*) where no other model ever worked here.
 */
export async function startDetector(options: {
  pool: DetectorPool;
  resolve: () => Promise<ResolvedModel>;
  memory: ModelMemory;
  faults: FaultLog;
}): Promise<StartedDetector> {
  const { pool, memory, faults } = options;
  try {
    const model = await options.resolve();
    await pool.start(model);
    remember(memory, model, faults);
    return { model, fault: null };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    const last = recall(memory);
    if (last === null) throw error;
    faults.count(error);
    try {
      await pool.start(last);
    } catch {
      // The person needs to know about the model that he asked for, not about its stand-in.
      throw error;
    }
    return { model: last, fault: { code: error.code, message: error.message.slice(0, 500) } };
  }
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

function recall(memory: ModelMemory): ResolvedModel | null {
  const note = memory.note("last_model");
  return note === null ? null : (JSON.parse(note) as ResolvedModel);
}
