import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { cloudError } from "../../errors.ts";
import { readModelFile } from "../../registry/read-model-file.ts";
import {
  fetchPictures,
  goneWords,
  type JobStores,
  putWhole,
} from "../../training/jobs/job-folder.ts";
import { EVALUATION_FILES, type EvaluationInput } from "./evaluation-files.ts";

/**
 * Fills the folder of an evaluation: both models, pictures, and then what to do.
 * @throws CodedError EVALUATION_PICTURES_GONE, MODEL_FILE_GONE, BLOBS_UNREACHABLE.
 */
export async function fillEvaluationFolder(options: {
  folder: string;
  task: { digest: string; against: string; input: EvaluationInput };
  stores: JobStores;
  signal: AbortSignal;
  onPicture: (done: number, of: number) => void;
}): Promise<void> {
  const { folder, task, stores, signal, onPicture } = options;
  await mkdir(folder, { recursive: true });
  for (const [name, model] of [
    [EVALUATION_FILES.after, task.digest],
    [EVALUATION_FILES.before, task.against],
  ] as const) {
    await putWhole(join(folder, name), await readModelFile(stores.models, model));
  }
  const { pictures } = task.input;
  const gone = await fetchPictures({ folder, pictures, store: stores.pictures, signal, onPicture });
  if (gone.length > 0) {
    throw cloudError("EVALUATION_PICTURES_GONE", goneWords(gone, pictures.length));
  }
  await putWhole(join(folder, EVALUATION_FILES.input), Buffer.from(JSON.stringify(task.input)));
}
