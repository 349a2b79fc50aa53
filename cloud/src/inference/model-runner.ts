import type { ModelLayout } from "@sentinel/protocol/model-catalog";
import { decodeOutput } from "@sentinel/protocol/model-io/decode-output";
import { fillInput, fitLetterbox, type RgbPicture } from "@sentinel/protocol/model-io/letterbox";
import { findLayout, VALUES_BEFORE_CLASSES } from "@sentinel/protocol/model-io/output-layout";
import type { RawDetection, Thresholds } from "@sentinel/protocol/model-io/raw-detection";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { cloudError } from "../errors.ts";

/** The grey of letterboxes. */
const GREY = 114 / 255;

/** What a model's file is said to be. */
export interface ModelFacts {
  layout: ModelLayout;
  inputSize: number;
  classCount: number;
}

/** Runs a model on pictures as the agent does: one picture at a time, on one thread. */
export class ModelRunner {
  readonly #session: InferenceSession;
  readonly #facts: ModelFacts;
  readonly #input: Float32Array;
  /** What one unit of a YOLOv5 box is in input pixels; found out on the first answer. */
  #boxUnit = 1;

  private constructor(session: InferenceSession, facts: ModelFacts) {
    this.#session = session;
    this.#facts = facts;
    this.#input = new Float32Array(3 * facts.inputSize * facts.inputSize).fill(GREY);
  }

  /**
   * Opens a model and lets it answer one grey frame.
   * @throws CodedError MODEL_UNUSABLE where ONNX Runtime refuses the file, or as {@link look}.
   */
  static async open(file: Uint8Array, facts: ModelFacts): Promise<ModelRunner> {
    const session = await InferenceSession.create(file, {
      executionProviders: ["cpu"],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    }).catch((error: Error) => {
      throw unusable(error.message.split("\n")[0] ?? "ONNX Runtime refuses it");
    });
    const runner = new ModelRunner(session, facts);
    try {
      runner.#boxUnit = boxUnitOf(await runner.#output(), facts);
    } catch (error) {
      await runner.close();
      throw error;
    }
    return runner;
  }

  /**
   * Looks at one picture; what it finds is read from the answer, with any thresholds.
   * @throws CodedError MODEL_UNUSABLE where it answers numbers that are not finite, or something else
   *   than its layout and classes say.
   */
  async look(picture: RgbPicture): Promise<(thresholds: Thresholds) => RawDetection[]> {
    const { layout, inputSize, classCount } = this.#facts;
    const letterbox = fitLetterbox(picture, inputSize, layout);
    await fillInput(picture, letterbox, inputSize, layout, this.#input);
    const output = await this.#output();
    const reading = { layout, inputSize, classCount, boxUnit: this.#boxUnit };
    return (thresholds) => decodeOutput(output, reading, letterbox, thresholds);
  }

  async #output(): Promise<Float32Array> {
    const { layout, inputSize, classCount } = this.#facts;
    const input = new Tensor("float32", this.#input, [1, 3, inputSize, inputSize]);
    const answers = await this.#session
      .run({ [this.#session.inputNames[0] ?? ""]: input })
      .catch((error: Error) => {
        throw unusable(error.message.split("\n")[0] ?? "ONNX Runtime cannot run it");
      });
    const answer = answers[this.#session.outputNames[0] ?? ""];
    if (!(answer?.data instanceof Float32Array)) throw unusable("its answer is not float32");
    const found = findLayout(inputSize, answer.dims);
    if (found?.layout !== layout || found.classCount !== classCount) {
      const shape = answer.dims.join(" x ");
      throw unusable(
        `it answers ${shape} numbers, which is not what ${layout} with ${classCount} classes at ${inputSize} pixels does`,
      );
    }
    if (!areFinite(answer.data)) throw unusable("it answers numbers that are not finite");
    return answer.data;
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}

/** YOLOv5 covers its whole input whatever it sees: centres beyond 2 are pixels, not fractions. */
function boxUnitOf(output: Float32Array, { inputSize, classCount }: ModelFacts): number {
  const valuesPerBox = VALUES_BEFORE_CLASSES + classCount;
  for (let index = 0; index < output.length; index += valuesPerBox) {
    if ((output[index] ?? 0) > 2) return 1;
  }
  return inputSize;
}

/** A sum tells it as fast as the agent looks: what is not finite stays so in it. */
function areFinite(values: Float32Array): boolean {
  let sum = 0;
  for (const value of values) sum += value;
  return Number.isFinite(sum);
}

function unusable(what: string) {
  return cloudError("MODEL_UNUSABLE", what);
}
