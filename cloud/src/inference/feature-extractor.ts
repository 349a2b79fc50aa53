import {
  fillInput,
  fitLetterbox,
  type Letterbox,
  type RgbPicture,
} from "@sentinel/protocol/model-io/letterbox";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { type DetectHead, withFeatures } from "./detect-head.ts";
import { unusable } from "./onnx-graph.ts";

/** Threads of the session: the trainer has the machine for itself while nothing else asks. */
const THREADS = 2;

/** What the neck says of one picture, once and for all: the head is all that is trained. */
export interface PictureFeatures {
  readonly letterbox: Letterbox;
  /** By scale: `cells x channels`, so that a cell's values lie together. */
  readonly scales: readonly Float32Array[];
  /** Cells along each side, by scale. */
  readonly gridSizes: readonly number[];
}

/** Runs a model up to its neck. */
export class FeatureExtractor {
  readonly inputSize: number;
  readonly #session: InferenceSession;
  readonly #head: DetectHead;
  readonly #input: Float32Array;

  private constructor(session: InferenceSession, head: DetectHead, inputSize: number) {
    this.#session = session;
    this.#head = head;
    this.inputSize = inputSize;
    this.#input = new Float32Array(3 * inputSize * inputSize);
  }

  /** @throws CodedError TRAINING_BASE_UNUSABLE where ONNX Runtime refuses the model. */
  static async open(
    file: Uint8Array,
    head: DetectHead,
    inputSize: number,
  ): Promise<FeatureExtractor> {
    const session = await InferenceSession.create(withFeatures(file, head), {
      executionProviders: ["cpu"],
      intraOpNumThreads: THREADS,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    }).catch((error: Error) => {
      throw unusable(error.message.split("\n")[0] ?? "ONNX Runtime refuses it");
    });
    return new FeatureExtractor(session, head, inputSize);
  }

  /** The features of one picture. @throws CodedError TRAINING_BASE_UNUSABLE where they are not finite. */
  async extract(picture: RgbPicture): Promise<PictureFeatures> {
    const { letterbox, answers } = await this.#run(picture, this.#head.features);
    const gridSizes: number[] = [];
    const scales = this.#head.features.map((name) => {
      const answer = answers[name];
      const [, channels = 0, height = 0] = answer?.dims ?? [];
      if (!(answer?.data instanceof Float32Array)) throw unusable(`${name} is not float32`);
      gridSizes.push(height);
      return cellsFirst(answer.data, channels);
    });
    if (!scales.every((values) => values.every(Number.isFinite))) {
      throw unusable("its neck answers numbers that are not finite");
    }
    return { letterbox, scales, gridSizes };
  }

  /** The model's own answer for one picture. */
  async output(picture: RgbPicture): Promise<Float32Array> {
    const name = this.#session.outputNames[0] ?? "";
    const { answers } = await this.#run(picture, [name]);
    const answer = answers[name];
    if (!(answer?.data instanceof Float32Array)) throw unusable("its output is not float32");
    return answer.data;
  }

  async #run(picture: RgbPicture, names: readonly string[]) {
    const size = this.inputSize;
    const letterbox = fitLetterbox(picture, size, "yolov5");
    await fillInput(picture, letterbox, size, "yolov5", this.#input);
    const input = new Tensor("float32", this.#input, [1, 3, size, size]);
    const feeds = { [this.#session.inputNames[0] ?? ""]: input };
    return { letterbox, answers: await this.#session.run(feeds, [...names]) };
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}

function cellsFirst(values: Float32Array, channels: number): Float32Array {
  const cells = values.length / channels;
  const turned = new Float32Array(values.length);
  for (let channel = 0; channel < channels; channel++) {
    for (let cell = 0; cell < cells; cell++) {
      turned[cell * channels + channel] = values[channel * cells + cell] ?? 0;
    }
  }
  return turned;
}
