import { readClipFrames } from "@sentinel/edge-agent/decode/clip-frames";
import type { RgbFrame } from "@sentinel/edge-agent/decode/rgb-frame";
import { DetectorPool } from "@sentinel/edge-agent/detect/detector-pool";
import { resolveModel } from "@sentinel/edge-agent/model/resolve-model";
import { modelCacheDir } from "../config.ts";
import { ensureFfmpeg } from "../setup/ensure-ffmpeg.ts";
import { repositoryPath } from "../start/repository.ts";
import { type Bench, median, rounded } from "./bench.ts";

const MODELS = ["yolov5s-320", "yolov5s-416", "yolov5s-640"];
const WORKERS = [1, 2];
const ROUNDS = 3;
const FRAMES = 16;

/** Frames a second of one pool over the same frames. */
async function throughput(pool: DetectorPool, frames: readonly RgbFrame[]): Promise<number> {
  const startedAt = performance.now();
  await Promise.all(frames.map((frame) => pool.detect(frame)));
  return frames.length / ((performance.now() - startedAt) / 1000);
}

/** Inferences a second by model and number of threads; rounds alternate, so that noise meets all alike. */
export const inferenceBench: Bench = {
  name: "inference",
  about: "inferences a second by model size and threads, frame to boxes, on the demo footage",
  async run(say) {
    const ffmpeg = await ensureFfmpeg(say);
    const wanted = Array.from({ length: FRAMES }, (_, index) => index * 20);
    const frames: RgbFrame[] = [];
    const footage = repositoryPath("fleet/local/footage/vtest.h264");
    for await (const { picture } of readClipFrames(footage, wanted, ffmpeg)) frames.push(picture);
    const figures = new Map<string, number[]>();
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const name of MODELS) {
        const model = await resolveModel({
          nameOrFile: name,
          catalogPath: repositoryPath("fleet/state/models.yaml"),
          cacheDir: modelCacheDir(),
        });
        for (const workers of WORKERS) {
          const pool = new DetectorPool({ workers });
          await pool.start(model);
          const perSecond = await throughput(pool, frames);
          await pool.stop();
          const key = `${name} x${workers}`;
          figures.set(key, [...(figures.get(key) ?? []), perSecond]);
          say(`round ${round + 1} of ${ROUNDS}: ${key} ${perSecond.toFixed(1)}/s`);
        }
      }
    }
    const base = median(figures.get(`${MODELS[0]} x1`) ?? [1]);
    return Object.fromEntries(
      [...figures].flatMap(([key, values]) => [
        [`${key} perSecond`, rounded(median(values))],
        [`${key} ratio`, rounded(median(values) / base)],
      ]),
    );
  },
};
