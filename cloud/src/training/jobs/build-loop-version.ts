import { buildDataset, type DatasetStores, previewDataset } from "../../dataset/build-dataset.ts";
import { buildInputSchema } from "../../dataset/dataset-query.ts";
import { refuseUnfit } from "../../dataset/training-fitness.ts";

const SYSTEM = { id: "system", name: "system" };

/**
 * The loop's dataset version: every annotation that holds. One that nothing can be learnt from is
 * not made.
 * @throws CodedError as the build does, and DATASET_EMPTY, DATASET_ONE_CLASS, DATASET_NO_VALIDATION.
 */
export async function buildLoopVersion(stores: DatasetStores): Promise<{ datasetId: string }> {
  const day = new Date().toISOString().slice(0, 16).replace("T", " ");
  const { name, ...input } = buildInputSchema.parse({ name: `Loop ${day}` });
  refuseUnfit((await previewDataset(stores, input)).counts);
  return buildDataset(stores, { name, ...input }, SYSTEM);
}
