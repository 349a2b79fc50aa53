import { encodeOnnxModel, type OnnxModel } from "../src/model/convert/onnx-model.ts";
import { YOLOX_ROWS_AT_32 } from "./tiny-model.ts";

/** ONNX's data types (TensorProto.DataType). */
const FLOAT = 1;
const INT64 = 7;

type Part = Pick<OnnxModel, "nodes" | "constants">;

/**
 * A real ONNX file with YOLOX's shapes at 32 px: `strange` makes a tensor `zero` of nothing but
 * zeros from `mean`, the mean of the picture (0 to 255; the grey frame of the warm-up has 0.45).
 */
function modelOf(name: string, strange: Part): Uint8Array {
  const shape = [1, YOLOX_ROWS_AT_32, 85];
  return encodeOnnxModel({
    name,
    nodes: [
      {
        operator: "ReduceMean",
        inputs: ["images"],
        output: "mean",
        attributes: { axes: [1, 2, 3], keepdims: 0 },
      },
      ...strange.nodes,
      { operator: "Add", inputs: ["zero", "answer"], output: "output", attributes: {} },
    ],
    constants: [
      { name: "nothing", shape: [1], values: Float32Array.of(0) },
      { name: "one", shape: [1], values: Float32Array.of(1) },
      {
        name: "answer",
        shape,
        values: new Float32Array(YOLOX_ROWS_AT_32 * 85).fill(0.1),
      },
      ...strange.constants,
    ],
    input: { name: "images", shape: [1, 3, 32, 32] },
    output: { name: "output", shape },
  });
}

/** Answers a grey frame well and a black one with what is not a number: the logarithm of nothing. */
export function failsOnBlack(): Uint8Array {
  return modelOf("fails-on-black", {
    nodes: [
      { operator: "Log", inputs: ["mean"], output: "log", attributes: {} },
      { operator: "Mul", inputs: ["log", "nothing"], output: "zero", attributes: {} },
    ],
    constants: [],
  });
}

/**
 * Answers grey and bright frames at once; a black one takes as many multiplications of two square
 * matrices as `times` says (2000 a side: about a tenth of a second each).
 */
export function slowOnBlack(side: number, times: number): Uint8Array {
  const squares = Array.from({ length: times }, (_, index) => ({
    operator: "MatMul",
    inputs: [`square${index}`, `square${index}`],
    output: `square${index + 1}`,
    attributes: {},
  }));
  return modelOf("slow-on-black", {
    nodes: [
      { operator: "Mul", inputs: ["mean", "ten"], output: "tens", attributes: {} },
      { operator: "Sub", inputs: ["one", "tens"], output: "dark", attributes: {} },
      { operator: "Relu", inputs: ["dark"], output: "darkness", attributes: {} },
      { operator: "Mul", inputs: ["darkness", "sides"], output: "size", attributes: {} },
      { operator: "Cast", inputs: ["size"], output: "whole", attributes: { to: INT64 } },
      { operator: "Add", inputs: ["whole", "least"], output: "shape", attributes: {} },
      { operator: "Mul", inputs: ["mean", "nothing"], output: "cell", attributes: {} },
      { operator: "Expand", inputs: ["cell", "shape"], output: "square0", attributes: {} },
      ...squares,
      {
        operator: "ReduceMean",
        inputs: [`square${times}`],
        output: "zero",
        attributes: { axes: [0, 1], keepdims: 0 },
      },
    ],
    constants: [
      { name: "ten", shape: [1], values: Float32Array.of(10) },
      { name: "sides", shape: [2], values: Float32Array.of(side, side) },
      { name: "least", shape: [2], values: BigInt64Array.of(1n, 1n) },
    ],
  });
}

/**
 * Answers the grey frame of the warm-up and kills the whole process (SIGFPE) with any brighter one:
 * ONNX Runtime checks a division by zero, but not the smallest integer divided by -1, which has no
 * result in 64 bits and which processors of the x86 family refuse.
 */
export function crashesOnFrames(): Uint8Array {
  return modelOf("crashes-on-frames", {
    nodes: [
      { operator: "Min", inputs: ["mean", "one"], output: "bright", attributes: {} },
      { operator: "Cast", inputs: ["bright"], output: "isBright", attributes: { to: INT64 } },
      { operator: "Mul", inputs: ["isBright", "minusTwo"], output: "less", attributes: {} },
      { operator: "Add", inputs: ["less", "oneWhole"], output: "divisor", attributes: {} },
      { operator: "Div", inputs: ["smallest", "divisor"], output: "part", attributes: {} },
      { operator: "Cast", inputs: ["part"], output: "float", attributes: { to: FLOAT } },
      { operator: "Mul", inputs: ["float", "nothing"], output: "zero", attributes: {} },
    ],
    constants: [
      { name: "minusTwo", shape: [1], values: BigInt64Array.of(-2n) },
      { name: "oneWhole", shape: [1], values: BigInt64Array.of(1n) },
      { name: "smallest", shape: [1], values: BigInt64Array.of(-(2n ** 63n)) },
    ],
  });
}
