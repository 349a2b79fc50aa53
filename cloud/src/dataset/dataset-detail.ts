import type { Sql, Statement } from "../database/postgres.ts";
import type { LeftOut } from "../database/tables/dataset-tables.ts";
import type { Reads } from "../database/tables.ts";
import type { DatasetPicture } from "./dataset-manifest.ts";
import { type DatasetSummary, readDataset, toSummary } from "./read-dataset.ts";
import { countMixedBlocks } from "./time-blocks.ts";
import { type TrainingFault, trainingFaultOf } from "./training-fitness.ts";

/** A version, but for its pictures. */
export interface DatasetDetail extends DatasetSummary {
  query: unknown;
  classes: string[];
  goldenId: string | null;
  goldenName: string | null;
  blockSeconds: number;
  /** Blocks of that length with pictures in both parts, because an earlier version had cut them finer. */
  mixedBlocks: number;
  leftOut: LeftOut;
  trainingFault: TrainingFault | null;
  cameras: {
    nodeId: string;
    cameraId: string;
    name: string | null;
    pictures: number;
    boxes: number;
  }[];
  people: { id: string; name: string; pictures: number }[];
  /** Models that were trained from it. */
  models: { digest: string; name: string; jobId: string }[];
}

const PEOPLE: Statement = {
  name: "people-of-dataset",
  text: `select a.person_id as id, max(a.person_name) as name, count(*) as pictures
    from dataset_pictures p join annotations a using (annotation_id)
    where p.dataset_id = $1 group by a.person_id order by pictures desc, id`,
};
const MODELS: Statement = {
  name: "models-of-dataset",
  text: `select m.digest, m.name, j.job_id as "jobId" from training_jobs j
    join model_versions m on m.digest = j.model_digest
    where j.dataset_id = $1 order by j.queued_at desc`,
};

/** The facts of a version; null where there is none of that id. */
export async function findDatasetDetail(
  { reads, database }: { reads: Reads; database: Sql },
  datasetId: string,
): Promise<DatasetDetail | null> {
  const manifest = await readDataset(reads, datasetId);
  if (manifest === null) return null;
  const row = await reads
    .selectFrom("dataset_versions as d")
    .leftJoin("golden_sets as g", (join) =>
      join.on("g.golden_id", "=", manifest.goldenId ?? "none"),
    )
    .selectAll("d")
    .select("g.name as golden_name")
    .where("d.dataset_id", "=", datasetId)
    .executeTakeFirstOrThrow();
  const { goldenId, classes, pictures } = manifest;
  return {
    ...toSummary(row),
    query: row.query,
    classes,
    goldenId,
    goldenName: row.golden_name,
    blockSeconds: row.block_seconds,
    mixedBlocks: countMixedBlocks(
      pictures.flatMap((picture) => {
        const { split } = picture;
        return split === "golden" ? [] : [[picture, split] as const];
      }),
      row.block_seconds,
    ),
    leftOut: {
      goldenLike: row.left_out.goldenLike ?? [],
      otherSplit: row.left_out.otherSplit ?? [],
    },
    trainingFault: trainingFaultOf(row.counts),
    cameras: await camerasOf(reads, pictures),
    people: await database.query<DatasetDetail["people"][number]>(PEOPLE, [datasetId]),
    models: await database.query<DatasetDetail["models"][number]>(MODELS, [datasetId]),
  };
}

async function camerasOf(
  reads: Reads,
  pictures: readonly DatasetPicture[],
): Promise<DatasetDetail["cameras"]> {
  const names = await reads
    .selectFrom("cameras")
    .select(["node_id", "camera_id", "name"])
    .execute();
  const cameras = new Map<string, DatasetDetail["cameras"][number]>();
  for (const { nodeId, cameraId, boxes } of pictures) {
    const key = `${nodeId}/${cameraId}`;
    const known = cameras.get(key);
    const name =
      names.find((one) => one.node_id === nodeId && one.camera_id === cameraId)?.name ?? null;
    const before = known ?? { nodeId, cameraId, name, pictures: 0, boxes: 0 };
    const own = boxes.filter(({ crowd }) => crowd !== true).length;
    cameras.set(key, { ...before, pictures: before.pictures + 1, boxes: before.boxes + own });
  }
  return [...cameras.values()].sort((a, b) => b.pictures - a.pictures);
}
