import { importFolder } from "../datasets/import-folder.ts";
import type { LoopFootage } from "./loop-footage.ts";
import type { LoopSite } from "./loop-site.ts";

/** Imports labelled pictures of each camera and freezes them: what models are judged by. */
export async function freezeGoldenSet(
  { api }: LoopSite,
  golden: LoopFootage["golden"],
): Promise<number> {
  const cameras = await api.cameras.list.query();
  const homes = new Map(cameras.map(({ cameraId, nodeId }) => [cameraId, nodeId]));
  for (const { cameraId, folder } of golden) {
    const nodeId = homes.get(cameraId);
    if (nodeId === undefined) throw new Error(`no node has camera ${cameraId}`);
    await importFolder(api, { folder, format: "coco", nodeId, cameraId });
  }
  const query = { verdicts: ["import" as const] };
  const { pictures } = await api.datasets.freeze.mutate({ name: "Road, other cars", query });
  return pictures;
}
