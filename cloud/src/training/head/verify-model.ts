import type { HeadScale } from "../../inference/detect-head.ts";
import { readDetectHead } from "../../inference/detect-head.ts";
import { FeatureExtractor } from "../../inference/feature-extractor.ts";
import { unusable } from "../../inference/onnx-graph.ts";
import type { TrainingInput } from "../engine.ts";
import { headOutput } from "./head-forward.ts";
import type { HeadPicture } from "./head-training.ts";

/** How far the file's answers may be from the trainer's own. */
export const MAX_DIFFERENCE = 1e-3;

/**
 * Runs the finished file in ONNX Runtime on a training picture, and compares every number of its
 * answer with the trainer's own.
 * @throws CodedError TRAINING_BASE_UNUSABLE where one differs by more than {@link MAX_DIFFERENCE}.
 */
export async function verifyModel(
  model: Uint8Array,
  scales: readonly HeadScale[],
  picture: HeadPicture | undefined,
  { inputSize, classNames, train }: Pick<TrainingInput, "inputSize" | "classNames" | "train">,
): Promise<number> {
  if (picture === undefined) return 0;
  const head = readDetectHead(model, classNames.length);
  const extractor = await FeatureExtractor.open(model, head, inputSize);
  try {
    const answer = await extractor.output(await train.load(0));
    const own = headOutput(scales, picture.features, classNames.length, 0);
    if (answer.length !== own.length) throw unusable("the finished model answers another shape");
    let most = 0;
    for (let index = 0; index < own.length; index++) {
      most = Math.max(most, Math.abs((own[index] as number) - (answer[index] as number)));
    }
    if (!(most <= MAX_DIFFERENCE)) {
      throw unusable(`the finished model's answers differ by ${most} from the trainer's`);
    }
    return most;
  } finally {
    await extractor.close();
  }
}
