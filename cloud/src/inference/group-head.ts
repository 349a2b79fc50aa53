import { VALUES_BEFORE_CLASSES } from "@sentinel/protocol/model-io/output-layout";
import { ANCHORS_PER_CELL, type DetectHead, GROUP_PREFIX, type HeadScale } from "./detect-head.ts";
import { bytesField, type OnnxGraph, readOnnxGraph, replaceGraph, unusable } from "./onnx-graph.ts";

/** The logit of a class that a group's layer does not know: its score is below a millionth. */
const NEVER = -20;

/** Field numbers of onnx/onnx.proto3. */
const NODE = { input: 1, output: 2, name: 3, operator: 4 } as const;
const GRAPH = { node: 1, initializer: 5, output: 12 } as const;
const FLOAT = 1;

/**
 * The model with a second detect layer beside its own, for one group of cameras: it reads the same
 * feature maps, and its boxes follow the model's own in the output. It begins as a copy that knows
 * only the trained classes. A model that has one already is returned as it is.
 * @throws CodedError TRAINING_BASE_UNUSABLE.
 */
export function addGroupHead(
  file: Uint8Array,
  head: DetectHead,
  trained: readonly number[],
): Uint8Array {
  if (head.scales.length > 3) return file;
  const graph = readOnnxGraph(file);
  const join = graph.nodes.findLast(({ operator }) => operator === "Concat");
  if (join === undefined || join.inputs.length !== 3)
    throw unusable("its last step joins no three scales");
  const copies = copiesOf(graph, head, join.inputs);
  const tensors = head.scales.flatMap((scale, index) => {
    const { weights, biases } = knowingOnly(scale, head.classCount, trained);
    const rows = biases.length;
    return [
      tensorField(`${GROUP_PREFIX}weights/${index}`, [rows, scale.channels, 1, 1], weights),
      tensorField(`${GROUP_PREFIX}biases/${index}`, [rows], biases),
    ];
  });
  const joined = [...join.inputs, ...join.inputs.map((name) => GROUP_PREFIX + name)];
  const name = join.outputs[0] ?? "";
  return replaceGraph(file, graph, {
    // What had three scales has six now, and more boxes than the file says.
    leftOut: ({ number, start }) => number === GRAPH.output || start === join.span.start,
    added: [
      ...copies,
      nodeField(file, join, joined, name),
      ...tensors,
      bytesField(GRAPH.output, outputInfo(name)),
    ],
  });
}

/** Every node from the detect convolutions to the last join, again, under names of the group. */
function copiesOf(graph: OnnxGraph, head: DetectHead, ends: readonly string[]): Buffer[] {
  const copied = new Map<string, string>();
  const copies: Buffer[] = [];
  for (const node of graph.nodes) {
    const scale = isDetectConvolution(graph, node.inputs, head);
    const follows = node.inputs.some((name) => copied.has(name));
    if (scale < 0 && !follows) continue;
    if (node.inputs.some((name) => ends.includes(name))) continue;
    const inputs =
      scale < 0
        ? node.inputs.map((name) => copied.get(name) ?? name)
        : [
            node.inputs[0] ?? "",
            `${GROUP_PREFIX}weights/${scale}`,
            `${GROUP_PREFIX}biases/${scale}`,
          ];
    const output = node.outputs[0] ?? "";
    copied.set(output, GROUP_PREFIX + output);
    copies.push(nodeField(graph.file, node, inputs, GROUP_PREFIX + output));
  }
  return copies;
}

function isDetectConvolution(
  graph: OnnxGraph,
  inputs: readonly string[],
  head: DetectHead,
): number {
  const weights = graph.tensors.get(inputs[1] ?? "");
  return head.places.findIndex((place) => place.weights.offset === weights?.offset);
}

/** A copy of a layer in which the classes that are not trained never win. */
function knowingOnly(scale: HeadScale, classCount: number, trained: readonly number[]) {
  const weights = Float32Array.from(scale.weights);
  const biases = Float32Array.from(scale.biases);
  const values = VALUES_BEFORE_CLASSES + classCount;
  for (let row = 0; row < ANCHORS_PER_CELL * values; row++) {
    const classId = (row % values) - VALUES_BEFORE_CLASSES;
    if (classId < 0 || trained.includes(classId)) continue;
    weights.fill(0, row * scale.channels, (row + 1) * scale.channels);
    biases[row] = NEVER;
  }
  return { weights, biases };
}

function nodeField(
  file: Uint8Array,
  node: OnnxGraph["nodes"][number],
  inputs: readonly string[],
  output: string,
): Buffer {
  const text = (number: number, value: string) => bytesField(number, Buffer.from(value, "utf8"));
  const attributes = node.attributes.map(({ field, end }) => file.subarray(field, end));
  return bytesField(
    GRAPH.node,
    Buffer.concat([
      ...inputs.map((name) => text(NODE.input, name)),
      text(NODE.output, output),
      text(NODE.name, output),
      text(NODE.operator, node.operator),
      ...attributes,
    ]),
  );
}

function tensorField(name: string, dims: readonly number[], values: Float32Array): Buffer {
  const packed = Buffer.concat(dims.map((size) => varintBytes(size)));
  return bytesField(
    GRAPH.initializer,
    Buffer.concat([
      bytesField(1, packed),
      Buffer.from([2 * 8, FLOAT]),
      bytesField(8, Buffer.from(name, "utf8")),
      bytesField(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
    ]),
  );
}

/** ValueInfoProto of a float tensor whose sizes are not said. */
function outputInfo(name: string): Buffer {
  const type = bytesField(2, bytesField(1, Buffer.from([8, FLOAT])));
  return Buffer.concat([bytesField(1, Buffer.from(name, "utf8")), type]);
}

function varintBytes(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}
