import { edgeError } from "../errors.ts";
import type { ResolvedModel } from "../model/resolved-model.ts";
import { isWhole } from "./model-store.ts";
import type { SwapRecord } from "./swap-record.ts";
import { toFault } from "./swap-report.ts";

/** One way to a model that the detector can start with. */
export type StartModel = () => Promise<ResolvedModel>;

/** Ends of the process with a model in its trial after which it is not tried again. */
export const CRASHES_ALLOWED = 1;

/**
 * The models to start with, the wanted one first: the one whose trial was interrupted, the one that a
 * statement made active, the node's own, and what was good here before. A revoked one comes only
 * where nothing else runs.
 */
export function startModels(record: Readonly<SwapRecord>, own: StartModel): StartModel[] {
  const revoked = new Set(record.statement?.revoked ?? []);
  const { trial, active, good } = record;
  const kept = [
    ...(trial === null ? [] : [trial.model, trial.previous]),
    ...(active ? [active] : []),
  ];
  const wanted = kept.filter(({ digest }) => !revoked.has(digest));
  const others = good.filter(({ digest }) => !revoked.has(digest));
  return [
    ...wanted.map((model) => () => fromDisk(model)),
    async () => notRevoked(await own(), revoked),
    ...others.map((model) => () => fromDisk(model)),
    own,
    ...kept.map((model) => () => fromDisk(model)),
  ];
}

/** @throws MODEL_FILE_MISSING where the file is gone or is no longer the same. */
async function fromDisk(model: ResolvedModel): Promise<ResolvedModel> {
  if (await isWhole(model.path, model.digest)) return model;
  throw edgeError("MODEL_FILE_MISSING", `${model.path} is gone or was changed`);
}

function notRevoked(model: ResolvedModel, revoked: ReadonlySet<string>): ResolvedModel {
  if (!revoked.has(model.digest)) return model;
  throw edgeError("MODEL_REVOKED", `${model.name} is revoked`);
}

/**
 * Counts an end that was not polite against the model that was in its trial.
 *
 * @returns what the record becomes; null where no trial was running.
 */
export function afterCrash(record: Readonly<SwapRecord>, now: number): Partial<SwapRecord> | null {
  const { trial } = record;
  if (trial === null || !trial.running) return null;
  const crashes = trial.crashes + 1;
  if (crashes <= CRASHES_ALLOWED) return { trial: { ...trial, crashes, running: false } };
  const fault = edgeError(
    "MODEL_CRASHED_IN_TRIAL",
    `the agent ended ${crashes} times with ${trial.model.name} in its trial; ${trial.previous.name} runs again`,
  );
  return { state: "rejected", since: now, fault: toFault(fault), trial: null };
}
