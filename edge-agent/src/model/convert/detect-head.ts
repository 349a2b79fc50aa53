import { type Conversion, conversionError } from "./conversion.ts";
import type { TfjsNode } from "./tfjs-graph.ts";

/** One of the three scales of YOLOv5's Detect layer, as found in the graph. */
export interface DetectHead {
  /** The 1x1 convolution that the head reads. */
  readonly convolution: string;
  /** Input pixels per cell: 8, 16 or 32. */
  readonly stride: number;
  /** Width and height of each anchor, in input pixels. */
  readonly anchors: readonly (readonly [width: number, height: number])[];
  /** Values per box: x, y, width, height, objectness and one score per class. */
  readonly valuesPerBox: number;
}

/**
 * Walks from the graph's output back to the convolutions of the Detect layer and reads its anchors.
 *
 * @param graphSize width and height of the input that the graph was made for.
 * @throws MODEL_CONVERT_FAILED where a step is not what YOLOv5 does.
 */
export function findDetectHeads(conversion: Conversion, graphSize: number): DetectHead[] {
  const output = conversion.node("Identity", "Identity");
  const joined = conversion.node(output.inputs[0], "ConcatV2");
  return joined.inputs.slice(0, -1).map((name) => findHead(conversion, name, graphSize));
}

function findHead(conversion: Conversion, name: string, graphSize: number): DetectHead {
  const parts = step(conversion, conversion.node(name, "Reshape"), 0, "ConcatV2");
  const xy = step(conversion, parts, 0, "Mul");
  const wh = step(conversion, parts, 1, "Mul");
  const sum = step(conversion, xy, 0, "Add", "AddV2");
  const twice = step(conversion, sum, 0, "Mul");
  const sigmoid = step(conversion, step(conversion, twice, 0, "StridedSlice"), 0, "Sigmoid");
  const reshape = step(conversion, step(conversion, sigmoid, 0, "Transpose"), 0, "Reshape");
  const convolution = step(conversion, reshape, 0, "_FusedConv2D");
  const twiceWh = step(conversion, step(conversion, wh, 0, "Square"), 0, "Mul");
  const factors = [twice, twiceWh].map((node) => conversion.tensor(node.inputs[1]).values[0]);
  if (factors.some((factor) => factor !== 2)) throw conversionError(`${name} does not double`);

  const grid = conversion.floats(sum.inputs[1], 4);
  const gridSize = Math.sqrt(grid.shape[2] ?? 0);
  const expected = gridCells(gridSize);
  if (grid.values.length !== expected.length || grid.values.some((v, i) => v !== expected[i])) {
    throw conversionError(`${name} has another grid than YOLOv5`);
  }
  const [, anchorCount = 0] = conversion.floats(wh.inputs[1], 4).shape;
  const sizes = conversion.floats(wh.inputs[1], 4).values;
  const [outputs = 0] = conversion.floats(convolution.inputs[2], 1).shape;
  return {
    convolution: convolution.name,
    stride: graphSize / gridSize,
    anchors: Array.from({ length: anchorCount }, (_, index) => [
      (sizes[index * 2] ?? 0) * graphSize,
      (sizes[index * 2 + 1] ?? 0) * graphSize,
    ]),
    valuesPerBox: outputs / anchorCount,
  };
}

function step(
  conversion: Conversion,
  node: TfjsNode,
  input: number,
  ...operators: readonly string[]
): TfjsNode {
  return conversion.node(node.inputs[input], ...operators);
}

/** x and y of every cell, less the half that YOLOv5 allows a box to lie outside of its cell. */
function gridCells(gridSize: number): Float32Array {
  const cells = new Float32Array(gridSize * gridSize * 2);
  for (let index = 0; index < gridSize * gridSize; index++) {
    cells[index * 2] = (index % gridSize) - 0.5;
    cells[index * 2 + 1] = Math.floor(index / gridSize) - 0.5;
  }
  return cells;
}

/**
 * Writes the Detect layer for an input of `inputSize`: boxes as centre, width and height in fractions
 * of the input, then objectness and class scores, all between 0 and 1. Returns how many boxes the head gives.
 *
 * @param output name of the tensor to write, `batch x boxes x valuesPerBox`.
 */
export function emitDetectHead(
  conversion: Conversion,
  head: DetectHead,
  inputSize: number,
  output: string,
): number {
  const gridSize = inputSize / head.stride;
  const cells = gridSize * gridSize;
  const anchors = head.anchors.length;
  const name = (part: string) => `${output}/${part}`;
  const slice = (part: string, from: number, to: number) =>
    conversion.emit("Slice", name(part), [
      sigmoid,
      conversion.emitIntegers(name(`${part}/from`), [from]),
      conversion.emitIntegers(name(`${part}/to`), [to]),
      conversion.emitIntegers(name(`${part}/axis`), [3]),
    ]);

  const perAnchor = conversion.emit("Reshape", name("per-anchor"), [
    head.convolution,
    conversion.emitIntegers(name("per-anchor/shape"), [0, anchors, head.valuesPerBox, cells]),
  ]);
  const perCell = conversion.emit("Transpose", name("per-cell"), [perAnchor], {
    perm: [0, 1, 3, 2],
  });
  const sigmoid = conversion.emit("Sigmoid", name("sigmoid"), [perCell]);
  const two = conversion.emitFloats(name("two"), [1], [2]);

  const doubleXy = conversion.emit("Mul", name("double-xy"), [slice("raw-xy", 0, 2), two]);
  const grid = conversion.emitFloats(name("grid"), [1, 1, cells, 2], gridCells(gridSize));
  const inCells = conversion.emit("Add", name("cells-xy"), [doubleXy, grid]);
  const cellSize = conversion.emitFloats(name("cell-size"), [1], [head.stride / inputSize]);
  const xy = conversion.emit("Mul", name("xy"), [inCells, cellSize]);

  const doubleWh = conversion.emit("Mul", name("double-wh"), [slice("raw-wh", 2, 4), two]);
  const squared = conversion.emit("Mul", name("squared-wh"), [doubleWh, doubleWh]);
  const anchorSizes = conversion.emitFloats(
    name("anchors"),
    [1, anchors, 1, 2],
    head.anchors.flat().map((size) => size / inputSize),
  );
  const wh = conversion.emit("Mul", name("wh"), [squared, anchorSizes]);

  const scores = slice("scores", 4, head.valuesPerBox);
  const boxes = conversion.emit("Concat", name("boxes"), [xy, wh, scores], { axis: 3 });
  conversion.emit("Reshape", output, [
    boxes,
    conversion.emitIntegers(name("shape"), [0, anchors * cells, head.valuesPerBox]),
  ]);
  return anchors * cells;
}
