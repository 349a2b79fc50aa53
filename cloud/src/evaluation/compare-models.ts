import { CodedError } from "@sentinel/protocol/coded-error";
import type { RgbPicture } from "@sentinel/protocol/model-io/letterbox";
import type { RawDetection } from "@sentinel/protocol/model-io/raw-detection";
import { cloudError } from "../errors.ts";
import { type ModelFacts, ModelRunner } from "../inference/model-runner.ts";
import { compareDetections } from "./compare-detections.ts";
import { compareTimes, type Timed } from "./compare-times.ts";
import type { EvaluationFigures } from "./evaluation-figures.ts";
import { clipToVisible, type JudgedPicture, type Side } from "./judged-pictures.ts";
import { shuffled } from "./seeded-shuffle.ts";

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

/** So many looks tell how long one takes. */
const LEAST_TIMED = 40;
/** Of the turns: every evaluation takes the same. */
const TURNS_SEED = 1;

/** The agent's own suppression; detections below the score change no figure that anybody looks at. */
const THRESHOLDS = { score: 0.01, iou: 0.45 };
/** What the agent reads from each answer, which belongs to the time that a picture takes. */
const AGENT_THRESHOLDS = { score: 0.25, iou: 0.45 };

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
  const before = await comparing(ModelRunner.open(options.before.file, options.before));
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

/** Both models look at every picture, and at some again where too few would tell how long it takes. */
async function lookAt(
  pictures: readonly PictureToJudge[],
  models: Record<Side, ModelRunner>,
  tell: TellStage,
  signal: AbortSignal,
): Promise<{ judged: JudgedPicture[]; latencyMs: EvaluationFigures["latencyMs"] }> {
  const judged: JudgedPicture[] = [];
  const times: Timed[] = [];
  const looks = Math.max(pictures.length, LEAST_TIMED);
  const isBeforeFirst = shuffledTurns(looks);
  for (let place = 0; place < looks; place++) {
    const { load, ...picture } = pictures[place % pictures.length] as PictureToJudge;
    signal.throwIfAborted();
    tell("looking at pictures", place, looks);
    const { found, took } = await lookAtOne(await load(), models, isBeforeFirst[place] === true);
    times.push(took);
    if (place >= pictures.length) continue;
    const visible = (of: readonly RawDetection[]) =>
      of.flatMap((detection) => clipToVisible(detection, picture.visible) ?? []);
    judged.push({ ...picture, before: visible(found.before), after: visible(found.after) });
  }
  tell("looking at pictures", looks, looks);
  return { judged, latencyMs: compareTimes(times) };
}

/**
 * Whose turn is first: either's as often, in an order that no period fits. Turns that alternate fall
 * into step with what the runtime does every few looks: the collection of garbage hit the same model of
 * two equal ones for minutes.
 */
function shuffledTurns(count: number): boolean[] {
  return shuffled(count, TURNS_SEED).map((index) => index % 2 === 0);
}

async function lookAtOne(
  pixels: RgbPicture,
  { before, after }: Record<Side, ModelRunner>,
  isBeforeFirst: boolean,
): Promise<{ found: Record<Side, RawDetection[]>; took: Timed }> {
  const was = () => comparing(look(before, pixels));
  const is = () => judging(look(after, pixels));
  const first = isBeforeFirst ? await was() : await is();
  const second = isBeforeFirst ? await is() : await was();
  const [one, other] = isBeforeFirst ? [first, second] : [second, first];
  return {
    found: { before: one.found, after: other.found },
    took: { before: one.ms, after: other.ms },
  };
}

/** What a model finds, and the processor time of it: what else the machine does does not count. */
async function look(
  model: ModelRunner,
  pixels: RgbPicture,
): Promise<{ found: RawDetection[]; ms: number }> {
  const startedAt = process.cpuUsage();
  const read = await model.look(pixels);
  read(AGENT_THRESHOLDS);
  const { user, system } = process.cpuUsage(startedAt);
  return { found: read(THRESHOLDS), ms: (user + system) / 1000 };
}

/** What the model does that the judged one is compared with; a fault of it says that it is that one's. */
async function comparing<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    const isOurs = error instanceof CodedError && error.code === "MODEL_UNUSABLE";
    if (!isOurs) throw error;
    const message = `the model that it is compared with: ${error.message}`;
    throw cloudError("MODEL_UNUSABLE", message, error);
  }
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
