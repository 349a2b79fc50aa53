import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { PictureSource, TrainingEngine } from "../engine.ts";
import { loadPicture } from "../pictures/load-picture.ts";
import { JOB_FILES, type JobInput, type JobPicture, jobInputSchema } from "./job-files.ts";
import { digestOf, putWhole } from "./job-folder.ts";
import type { ChildJob } from "./run-as-child.ts";

/**
 * Works on a job's folder: reads its input, trains from the checkpoint where there is one, and writes
 * the model and then the result. Asks nothing but the folder.
 */
export async function workOnJob(
  { folder, signal, tell }: ChildJob,
  engineNamed: (name: TrainingEngine["name"]) => Promise<TrainingEngine>,
): Promise<void> {
  const began = performance.now();
  const input = await readInput(folder);
  const engine = await engineNamed(input.engine);
  const { model, curve } = await engine.train(
    {
      baseModel: await readFile(join(folder, input.baseModel)),
      inputSize: input.inputSize,
      classNames: input.classNames,
      train: sourceOf(folder, input, "train"),
      validation: sourceOf(folder, input, "validation"),
      settings: input.settings,
      seed: input.seed,
    },
    {
      onStage: (stage, done, of) => tell({ type: "stage", stage, done, of }),
      onEpoch: (report) => tell({ type: "epoch", ...report }),
      signal,
      checkpoint: {
        load: () => readFile(join(folder, JOB_FILES.checkpoint)).catch(() => null),
        save: (bytes) => putWhole(join(folder, JOB_FILES.checkpoint), bytes),
      },
    },
  );
  signal.throwIfAborted();
  await putWhole(join(folder, JOB_FILES.model), model);
  const result = {
    digest: digestOf(model),
    sizeBytes: model.length,
    curve,
    seconds: (performance.now() - began) / 1000,
  };
  await putWhole(join(folder, JOB_FILES.result), Buffer.from(JSON.stringify(result)));
}

async function readInput(folder: string): Promise<JobInput> {
  const text = await readFile(join(folder, JOB_FILES.input), "utf8");
  return jobInputSchema.parse(JSON.parse(text));
}

function sourceOf(folder: string, input: JobInput, split: JobPicture["split"]): PictureSource {
  const pictures = input.pictures.filter((picture) => picture.split === split);
  return {
    count: pictures.length,
    load: (index) => {
      const picture = pictures[index];
      if (picture === undefined) throw new RangeError(`there is no picture ${index}`);
      return loadPicture(folder, picture, input.classNames);
    },
  };
}
