import { CodedError } from "@sentinel/protocol/coded-error";
import type { RgbPicture } from "@sentinel/protocol/model-io/letterbox";
import { type ModelFacts, ModelRunner } from "../inference/model-runner.ts";
import { compareDetections } from "./compare-detections.ts";
import type { EvaluationFigures } from "./evaluation-figures.ts";
import { clipToVisible, type JudgedPicture, type Side } from "./judged-pictures.ts";

/** A picture before anybody looked at it. */
export interface PictureToJudge extends Omit<JudgedPicture, Side> {
  /** Decodes it, laid out as its frame. */
  load(): Promise<RgbPicture>;
}

/** A model's file, and what it is. */
export interface ModelToJudge extends ModelFacts {
  file: Uint8Array;
}

/** How far it is. */
export type TellStage = (stage: string, done: number, of: number) => void;

/** The agent's own suppression; detections below the score change no figure that anybody looks at. */
const THRESHOLDS = { score: 0.01, iou: 0.45 };

/** The model that is judged cannot be measured. */
class Unmeasurable extends Error {}

/**
 * Lets two models look at the same pictures, in turn, and compares what they find. The model that is
 * judged (`after`) may turn out not to be measurable: then the sentence says why.
 * @throws CodedError MODEL_UNUSABLE where the model that it is compared with is not.
 */
export async function compareModels(options: {
  before: ModelToJudge;
  after: ModelToJudge;
  classNames: readonly string[];
  pictures: readonly PictureToJudge[];
  tell: TellStage;
  signal: AbortSignal;
}): Promise<EvaluationFigures | { unmeasurable: string }> {
  const { pictures, classNames, tell, signal } = options;
  const before = await ModelRunner.open(options.before.file, options.before);
  let after: ModelRunner | null = null;
  try {
    after = await judging(ModelRunner.open(options.after.file, options.after));
    const { judged, latencyMs } = await lookAt(pictures, { before, after }, tell, signal);
    const figures = compareDetections(judged, classNames, (done, of) => {
      if (done % 50 === 0) tell("working out intervals", done, of);
    });
    return { ...figures, latencyMs };
  } catch (error) {
    if (error instanceof Unmeasurable) return { unmeasurable: error.message };
    throw error;
  } finally {
    await before.close();
    await after?.close();
  }
}

/** Both models look at every picture; whose turn is first changes, so that neither gains by it. */
async function lookAt(
  pictures: readonly PictureToJudge[],
  { before, after }: Record<Side, ModelRunner>,
  tell: TellStage,
  signal: AbortSignal,
): Promise<{ judged: JudgedPicture[]; latencyMs: EvaluationFigures["latencyMs"] }> {
  const judged: JudgedPicture[] = [];
  const times: Record<Side, number[]> = { before: [], after: [] };
  for (const [place, { load, ...picture }] of pictures.entries()) {
    signal.throwIfAborted();
    tell("looking at pictures", place, pictures.length);
    const pixels = await load();
    const look = async (side: Side) => {
      const startedAt = performance.now();
      const found =
        side === "before" ? await detect(before, pixels) : await judging(detect(after, pixels));
      times[side].push(performance.now() - startedAt);
      return found.flatMap((detection) => clipToVisible(detection, picture.visible) ?? []);
    };
    const first = place % 2 === 0 ? await look("before") : await look("after");
    const second = place % 2 === 0 ? await look("after") : await look("before");
    const found =
      place % 2 === 0 ? { before: first, after: second } : { before: second, after: first };
    judged.push({ ...picture, ...found });
  }
  tell("looking at pictures", pictures.length, pictures.length);
  return {
    judged,
    latencyMs: { before: percentiles(times.before), after: percentiles(times.after) },
  };
}

function detect(model: ModelRunner, pixels: RgbPicture) {
  return model.detect(pixels, THRESHOLDS);
}

/** What the judged model does; a fault of it is an outcome. */
async function judging<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    const isOurs = error instanceof CodedError && error.code === "MODEL_UNUSABLE";
    throw isOurs ? new Unmeasurable(error.message) : error;
  }
}

/** Median and 95th percentile, ms. */
function percentiles(times: readonly number[]): { p50: number; p95: number } {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) =>
    Math.round(
      (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0) * 100,
    ) / 100;
  return { p50: at(0.5), p95: at(0.95) };
}
