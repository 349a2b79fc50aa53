import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { DatasetPicture } from "../../dataset/dataset-manifest.ts";
import { toFractions } from "../../dataset/dataset-manifest.ts";
import { putWhole } from "../../training/jobs/job-folder.ts";
import type { ChildJob } from "../../training/jobs/run-as-child.ts";
import { inFrame, loadPicture } from "../../training/pictures/load-picture.ts";
import { compareModels, type PictureToJudge } from "../compare-models.ts";
import { EVALUATION_FILES, evaluationInputSchema } from "./evaluation-files.ts";

/** Works on the folder of an evaluation: both models look at its pictures. Asks nothing but the folder. */
export async function workOnEvaluation({ folder, signal, tell }: ChildJob): Promise<void> {
  const read = (name: string) => readFile(join(folder, name));
  const text = (await read(EVALUATION_FILES.input)).toString("utf8");
  const { before, after, classNames, pictures } = evaluationInputSchema.parse(JSON.parse(text));
  const result = await compareModels({
    before: { ...before, file: await read(EVALUATION_FILES.before) },
    after: { ...after, file: await read(EVALUATION_FILES.after) },
    classNames,
    pictures: pictures.map((picture) => toJudge(folder, picture, classNames)),
    tell: (stage, done, of) => tell({ type: "stage", stage, done, of }),
    signal,
  });
  await putWhole(join(folder, EVALUATION_FILES.result), Buffer.from(JSON.stringify(result)));
}

function toJudge(
  folder: string,
  picture: DatasetPicture,
  classNames: readonly string[],
): PictureToJudge {
  const { nodeId, cameraId, capturedAt, width, height, frameWidth, frameHeight } = picture;
  const visible = toFractions(picture.crop);
  return {
    picture: picture.picture,
    nodeId,
    cameraId,
    capturedAt,
    width,
    height,
    frameWidth,
    frameHeight,
    visible,
    truth: picture.boxes.flatMap(({ className, box, crowd }) => {
      const classId = classNames.indexOf(className);
      if (classId === -1) return [];
      return [{ classId, box: inFrame(toFractions(box), visible), crowd: crowd === true }];
    }),
    load: () => loadPicture(folder, picture, classNames),
  };
}
