import { ProtobufWriter } from "./protobuf-writer.ts";

/** An attribute of an operator; an array holds integers. */
export type OnnxAttribute = number | string | readonly number[];

/** One application of an operator. */
export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  /** Integers, integer lists and strings; the operators used here need no floats. */
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** A constant tensor. */
export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | BigInt64Array;
}

/** An input or output of the model; a string in the shape names a size that may vary. */
export interface OnnxValue {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}

/** What the file says, before it is encoded. */
export interface OnnxModel {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxTensor[];
  readonly input: OnnxValue;
  readonly output: OnnxValue;
}

/** Opset 13 came with ONNX 1.8, whose files carry IR version 7 (onnx/docs/Versioning.md). */
const IR_VERSION = 7;
const OPSET_VERSION = 13;

/** TensorProto.DataType. */
const FLOAT = 1;
const INT64 = 7;

/** AttributeProto.AttributeType. */
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_STRING = 3;
const ATTRIBUTE_INTS = 7;

/**
 * Encodes a model as an ONNX file. Field numbers are those of onnx/onnx.proto3. The same model gives
 * the same bytes.
 */
export function encodeOnnxModel(model: OnnxModel): Uint8Array<ArrayBuffer> {
  const graph = new ProtobufWriter();
  for (const node of model.nodes) graph.message(1, encodeNode(node));
  graph.text(2, model.name);
  for (const tensor of model.constants) graph.message(5, encodeTensor(tensor));
  graph.message(11, encodeValue(model.input)).message(12, encodeValue(model.output));
  return new ProtobufWriter()
    .integer(1, IR_VERSION)
    .text(2, "sentinel")
    .message(7, graph)
    .message(8, new ProtobufWriter().text(1, "").integer(2, OPSET_VERSION))
    .finish();
}

function encodeNode(node: OnnxNode): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const input of node.inputs) writer.text(1, input);
  writer.text(2, node.output).text(3, node.output).text(4, node.operator);
  for (const [name, value] of Object.entries(node.attributes)) {
    writer.message(5, encodeAttribute(name, value));
  }
  return writer;
}

function encodeAttribute(name: string, value: OnnxAttribute): ProtobufWriter {
  const writer = new ProtobufWriter().text(1, name);
  if (typeof value === "number") return writer.integer(3, value).integer(20, ATTRIBUTE_INT);
  if (typeof value === "string") return writer.text(4, value).integer(20, ATTRIBUTE_STRING);
  return writer.packedIntegers(8, value).integer(20, ATTRIBUTE_INTS);
}

function encodeTensor(tensor: OnnxTensor): ProtobufWriter {
  const { buffer, byteOffset, byteLength } = tensor.values;
  return new ProtobufWriter()
    .packedIntegers(1, tensor.shape)
    .integer(2, tensor.values instanceof Float32Array ? FLOAT : INT64)
    .text(8, tensor.name)
    .bytes(9, new Uint8Array(buffer, byteOffset, byteLength));
}

function encodeValue(value: OnnxValue): ProtobufWriter {
  const shape = new ProtobufWriter();
  for (const size of value.shape) {
    const dimension = new ProtobufWriter();
    if (typeof size === "number") dimension.integer(1, size);
    else dimension.text(2, size);
    shape.message(1, dimension);
  }
  const tensorType = new ProtobufWriter().integer(1, FLOAT).message(2, shape);
  return new ProtobufWriter()
    .text(1, value.name)
    .message(2, new ProtobufWriter().message(1, tensorType));
}
