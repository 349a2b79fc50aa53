import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { cloudError } from "../../errors.ts";
import { fillEvaluationFolder } from "../../evaluation/jobs/evaluation-folder.ts";
import { fillJobFolder } from "../jobs/job-folder.ts";
import { END_CODES } from "../jobs/job-place.ts";
import { JobRecorder } from "../jobs/job-recorder.ts";
import { runPersistentChild } from "../jobs/persistent-child.ts";
import type { JobPrograms } from "../jobs/process-place.ts";
import { addressedStore } from "./addressed-store.ts";
import { CheckpointCourier } from "./checkpoint-courier.ts";
import { type PodOrder, type PodProgress, podOrderSchema } from "./pod-order.ts";
import { getObject, putObject } from "./presigned-request.ts";

/**
 * Works on one job in a pod: the same folder and the same program as on one machine, but what goes in and
 * out of the folder goes by presigned addresses. The program is a process of its own here too, so that this
 * one can tell how it ended.
 * @throws CodedError; the signal's reason where that was aborted, after the checkpoint was brought away.
 */
export async function runPod(options: {
  orderUrl: string;
  folder: string;
  programs: JobPrograms;
  signal: AbortSignal;
  logger: Logger;
}): Promise<void> {
  const { orderUrl, folder, programs, signal, logger } = options;
  const order = await readOrder(orderUrl, signal);
  await mkdir(folder, { recursive: true });
  const recorder = new JobRecorder({
    write: async (progress, curve) => {
      const told: PodProgress = { progress, curve: [...curve] };
      await putObject(order.progress, Buffer.from(JSON.stringify(told)), signal);
      return true;
    },
    curve: order.curve,
    logger,
    onGone: () => {},
  });
  const courier = new CheckpointCourier(folder, order.checkpoint, logger);
  try {
    await courier.start(signal);
    await fill(order, folder, recorder, signal);
    const { kind } = order.task;
    const attempt = { folder, recorder, signal };
    await runPersistentChild({
      mainFile: programs[kind],
      attempt,
      codes: END_CODES[kind],
      logger,
    });
    for (const { file, put } of order.outputs) {
      recorder.stage("bringing results away", 0, 0);
      await putObject(put, await readFile(join(folder, file)), signal);
    }
  } finally {
    await Promise.all([courier.stop(), recorder.close()]);
  }
}

async function readOrder(url: string, signal: AbortSignal): Promise<PodOrder> {
  const response = await getObject(url, signal);
  if (response === null) {
    throw cloudError("JOB_ORDER_UNUSABLE", "there is no order: the job may be over");
  }
  const parsed = podOrderSchema.safeParse(await response.json().catch(() => null));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw cloudError("JOB_ORDER_UNUSABLE", `${issue?.path.join(".")}: ${issue?.message}`);
}

async function fill(
  { task, reads }: PodOrder,
  folder: string,
  recorder: JobRecorder,
  signal: AbortSignal,
): Promise<void> {
  const stores = {
    pictures: addressedStore(reads.pictures, signal),
    models: addressedStore(reads.models, signal),
  };
  const onPicture = (done: number, of: number) => recorder.stage("fetching pictures", done, of);
  if (task.kind === "training") {
    await fillJobFolder({ folder, input: task.input, stores, signal, onPicture });
  } else {
    await fillEvaluationFolder({ folder, task, stores, signal, onPicture });
  }
}
