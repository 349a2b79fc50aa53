import { encodeOnnxModel } from "../src/model/convert/onnx-model.ts";

/** What a tiny model answers, whatever it sees. */
export interface TinyModelOptions {
  readonly inputSize: number;
  /** Boxes and values per box. */
  readonly output: readonly [boxes: number, values: number];
  /** One value for all, or a function of row and column. */
  readonly value: number | ((row: number, column: number) => number);
}

/**
 * A real ONNX file of a few hundred bytes: it multiplies the mean of its input by nothing and adds a
 * constant.
 */
export function tinyModel(options: TinyModelOptions): Uint8Array {
  const [boxes, values] = options.output;
  const { inputSize, value } = options;
  const answer = Float32Array.from({ length: boxes * values }, (_, index) =>
    typeof value === "number" ? value : value(Math.floor(index / values), index % values),
  );
  return encodeOnnxModel({
    name: "tiny",
    nodes: [
      {
        operator: "ReduceMean",
        inputs: ["images"],
        output: "mean",
        attributes: { axes: [1, 2, 3], keepdims: 0 },
      },
      { operator: "Mul", inputs: ["mean", "nothing"], output: "zero", attributes: {} },
      { operator: "Add", inputs: ["zero", "answer"], output: "output", attributes: {} },
    ],
    constants: [
      { name: "nothing", shape: [1, 1, 1], values: Float32Array.of(0) },
      { name: "answer", shape: [1, boxes, values], values: answer },
    ],
    input: { name: "images", shape: [1, 3, inputSize, inputSize] },
    output: { name: "output", shape: [1, boxes, values] },
  });
}

/** Rows of a YOLOX output at 32 px: 4 x 4, 2 x 2 and 1 cells. */
export const YOLOX_ROWS_AT_32 = 21;
