import type { ModelLayout } from "@sentinel/protocol/model-catalog";
import { decodeOutput } from "@sentinel/protocol/model-io/decode-output";
import { fillInput, fitLetterbox, type RgbPicture } from "@sentinel/protocol/model-io/letterbox";
import type { RawDetection, Thresholds } from "@sentinel/protocol/model-io/raw-detection";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { unusable } from "./onnx-graph.ts";

const THREADS = 2;

/** Runs a model on pictures as the agent does. */
export class ModelRunner {
  readonly #session: InferenceSession;
  readonly #facts: { layout: ModelLayout; inputSize: number; classCount: number };
  readonly #input: Float32Array;

  private constructor(
    session: InferenceSession,
    facts: { layout: ModelLayout; inputSize: number; classCount: number },
  ) {
    this.#session = session;
    this.#facts = facts;
    this.#input = new Float32Array(3 * facts.inputSize * facts.inputSize);
  }

  /** @throws CodedError TRAINING_BASE_UNUSABLE where ONNX Runtime refuses the file. */
  static async open(
    file: Uint8Array,
    facts: { layout: ModelLayout; inputSize: number; classCount: number },
  ): Promise<ModelRunner> {
    const session = await InferenceSession.create(file, {
      executionProviders: ["cpu"],
      intraOpNumThreads: THREADS,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    }).catch((error: Error) => {
      throw unusable(error.message.split("\n")[0] ?? "ONNX Runtime refuses it");
    });
    return new ModelRunner(session, facts);
  }

  /** The raw output for one picture. @throws CodedError TRAINING_BASE_UNUSABLE where it is not finite. */
  async output(picture: RgbPicture): Promise<Float32Array> {
    const { layout, inputSize } = this.#facts;
    const letterbox = fitLetterbox(picture, inputSize, layout);
    await fillInput(picture, letterbox, inputSize, layout, this.#input);
    const input = new Tensor("float32", this.#input, [1, 3, inputSize, inputSize]);
    const answers = await this.#session.run({ [this.#session.inputNames[0] ?? ""]: input });
    const answer = answers[this.#session.outputNames[0] ?? ""];
    if (!(answer?.data instanceof Float32Array) || !answer.data.every(Number.isFinite)) {
      throw unusable("it answers numbers that are not finite");
    }
    return answer.data;
  }

  /** What it finds in one picture. */
  async detect(picture: RgbPicture, thresholds: Thresholds): Promise<RawDetection[]> {
    const output = await this.output(picture);
    const { layout, inputSize, classCount } = this.#facts;
    const letterbox = fitLetterbox(picture, inputSize, layout);
    const reading = { layout, inputSize, classCount, boxUnit: inputSize };
    return decodeOutput(output, reading, letterbox, thresholds);
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}
