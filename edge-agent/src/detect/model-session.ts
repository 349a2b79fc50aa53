import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { edgeError } from "../errors.ts";

/** Input size that is tried where the model leaves it open. */
const DEFAULT_INPUT_SIZE = 640;

/** One ONNX model in ONNX Runtime, on one thread. */
export class ModelSession {
  readonly #session: InferenceSession;
  readonly #inputName: string;
  readonly #outputName: string;
  /** SHA-256 of the very bytes that run. */
  readonly digest: string;
  /** Width and height of the input. */
  readonly inputSize: number;

  private constructor(session: InferenceSession, digest: string, inputSize: number) {
    this.#session = session;
    this.#inputName = session.inputNames[0] ?? "";
    this.#outputName = session.outputNames[0] ?? "";
    this.digest = digest;
    this.inputSize = inputSize;
  }

  /**
   * Loads a model.
   *
   * @throws MODEL_FILE_MISSING, MODEL_NOT_ONNX, MODEL_LAYOUT_UNKNOWN
   */
  static async open(path: string): Promise<ModelSession> {
    const bytes = await readFile(path).catch((error: Error) => {
      throw edgeError("MODEL_FILE_MISSING", `${path}: ${error.message}`, error);
    });
    const digest = createHash("sha256").update(bytes).digest("hex");
    const session = await InferenceSession.create(bytes, {
      executionProviders: ["cpu"],
      // Threads of one session spin while they wait; several sessions of one thread do not.
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: "sequential",
      // Old exports warn about every initializer.
      logSeverityLevel: 3,
    }).catch((error: Error) => {
      throw edgeError("MODEL_NOT_ONNX", `${path}: ${error.message.split("\n")[0]}`, error);
    });
    return new ModelSession(session, digest, readInputSize(path, session));
  }

  /**
   * Runs the model once.
   *
   * @param input 3 x inputSize x inputSize.
   * @throws MODEL_LAYOUT_UNKNOWN where the model does not accept the input or answers no floats.
   */
  async run(input: Float32Array): Promise<{ data: Float32Array; shape: readonly number[] }> {
    const tensor = new Tensor("float32", input, [1, 3, this.inputSize, this.inputSize]);
    const answers = await this.#session.run({ [this.#inputName]: tensor }).catch((error: Error) => {
      const reason = error.message.split("\n")[0];
      throw edgeError("MODEL_LAYOUT_UNKNOWN", `the model refuses its input: ${reason}`, error);
    });
    const answer = answers[this.#outputName];
    if (!(answer?.data instanceof Float32Array)) {
      throw edgeError("MODEL_LAYOUT_UNKNOWN", "the model's output is not float32");
    }
    return { data: answer.data, shape: answer.dims };
  }

  /** Frees the model's memory. */
  async close(): Promise<void> {
    await this.#session.release();
  }
}

/** Width and height of the only input, which must be 1 x 3 x size x size floats. */
function readInputSize(path: string, session: InferenceSession): number {
  const [input, ...others] = session.inputMetadata;
  const shape = input?.isTensor === true && input.type === "float32" ? input.shape : [];
  const [, channels, height, width] = shape;
  const isSquare = typeof height === "string" || typeof width === "string" || height === width;
  if (others.length > 0 || shape.length !== 4 || channels !== 3 || !isSquare) {
    throw edgeError(
      "MODEL_LAYOUT_UNKNOWN",
      `${path} does not take one float32 picture of batch x 3 x size x size`,
    );
  }
  return typeof height === "number" && height > 0 ? height : DEFAULT_INPUT_SIZE;
}
