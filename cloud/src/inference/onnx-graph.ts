import { cloudError } from "../errors.ts";

/** One application of an operator. */
export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Where its message lies in the file, and each of its attributes, field tag included. */
  readonly span: { readonly start: number; readonly end: number };
  readonly attributes: readonly { readonly field: number; readonly end: number }[];
}

/** A constant tensor whose values lie as raw bytes in the file. */
export interface OnnxTensor {
  readonly dims: readonly number[];
  /** TensorProto.DataType; 1 is float32. */
  readonly dataType: number;
  /** Where its raw bytes lie in the file. */
  readonly offset: number;
  readonly bytes: number;
}

/** What an ONNX file says, as far as the trainer has to know. */
export interface OnnxGraph {
  readonly file: Uint8Array;
  readonly nodes: readonly OnnxNode[];
  readonly tensors: ReadonlyMap<string, OnnxTensor>;
  /** Where the graph's field begins, and where its contents begin and end, in the file. */
  readonly span: { readonly field: number; readonly start: number; readonly end: number };
}

/** One field of a protobuf message (protobuf.dev/programming-guides/encoding). */
interface Field {
  number: number;
  /** The value of a varint; the length of bytes. */
  value: number;
  /** Where the field, and the contents of bytes, begin; where it ends. */
  field: number;
  start: number;
  end: number;
  isBytes: boolean;
}

/** Field numbers of onnx/onnx.proto3. */
const MODEL_GRAPH = 7;
const GRAPH = { node: 1, initializer: 5, output: 12 } as const;
const NODE = { input: 1, output: 2, operator: 4, attribute: 5 } as const;
const TENSOR = { dims: 1, dataType: 2, name: 8, rawData: 9 } as const;
const FLOAT = 1;

/** Reads nodes and constants of an ONNX file. @throws CodedError TRAINING_BASE_UNUSABLE where it is none. */
export function readOnnxGraph(file: Uint8Array): OnnxGraph {
  const graph = [...fieldsOf(file, 0, file.length)].find(({ number }) => number === MODEL_GRAPH);
  if (graph === undefined || !graph.isBytes) throw unusable("the file holds no ONNX graph");
  const nodes: OnnxNode[] = [];
  const tensors = new Map<string, OnnxTensor>();
  for (const field of fieldsOf(file, graph.start, graph.end)) {
    if (field.number === GRAPH.node) nodes.push(readNode(file, field));
    if (field.number === GRAPH.initializer) {
      const { name, tensor } = readTensor(file, field);
      if (tensor !== null) tensors.set(name, tensor);
    }
  }
  const { field, start, end } = graph;
  return { file, nodes, tensors, span: { field, start, end } };
}

/** The same model with more tensors among its outputs, all of them float32. */
export function withOutputs(
  file: Uint8Array,
  graph: OnnxGraph,
  names: readonly string[],
): Uint8Array {
  const outputs = names.map((name) => {
    // ValueInfoProto: name = 1, type = 2 { tensor_type = 1 { elem_type = 1 } }.
    const type = bytesField(2, bytesField(1, Buffer.from([8, FLOAT])));
    const value = Buffer.concat([bytesField(1, Buffer.from(name, "utf8")), type]);
    return bytesField(GRAPH.output, value);
  });
  return replaceGraph(file, graph, { leftOut: () => false, added: outputs });
}

/** The same model with fields of its graph left out, and others added at its end. */
export function replaceGraph(
  file: Uint8Array,
  { span }: OnnxGraph,
  change: {
    leftOut: (field: { readonly number: number; readonly start: number }) => boolean;
    added: readonly Uint8Array[];
  },
): Uint8Array {
  const kept = [...fieldsOf(file, span.start, span.end)]
    .filter((field) => !change.leftOut(field))
    .map(({ field, end }) => file.subarray(field, end));
  return Buffer.concat([
    file.subarray(0, span.field),
    bytesField(MODEL_GRAPH, Buffer.concat([...kept, ...change.added])),
    file.subarray(span.end),
  ]);
}

/** The values of a float tensor, copied. @throws CodedError TRAINING_BASE_UNUSABLE. */
export function readFloats(file: Uint8Array, tensor: OnnxTensor): Float32Array {
  const count = tensor.dims.reduce((product, size) => product * size, 1);
  if (tensor.dataType !== FLOAT || tensor.bytes !== count * 4) {
    throw unusable("a tensor of its head is not plain float32");
  }
  const copy = new Uint8Array(tensor.bytes);
  copy.set(file.subarray(tensor.offset, tensor.offset + tensor.bytes));
  return new Float32Array(copy.buffer);
}

/** A fault of the model that one wants to train. */
export function unusable(what: string) {
  return cloudError("TRAINING_BASE_UNUSABLE", `this model cannot be trained: ${what}`);
}

function readNode(file: Uint8Array, node: Field): OnnxNode {
  const fields = [...fieldsOf(file, node.start, node.end)];
  const texts = (number: number) =>
    fields.filter((field) => field.number === number).map((field) => textOf(file, field));
  return {
    operator: texts(NODE.operator)[0] ?? "",
    inputs: texts(NODE.input),
    outputs: texts(NODE.output),
    span: { start: node.start, end: node.end },
    attributes: fields
      .filter(({ number }) => number === NODE.attribute)
      .map(({ field, end }) => ({ field, end })),
  };
}

function readTensor(file: Uint8Array, message: Field): { name: string; tensor: OnnxTensor | null } {
  let name = "";
  let dataType = 0;
  const dims: number[] = [];
  let raw: Field | null = null;
  for (const field of fieldsOf(file, message.start, message.end)) {
    if (field.number === TENSOR.name) name = textOf(file, field);
    else if (field.number === TENSOR.dataType) dataType = field.value;
    else if (field.number === TENSOR.rawData) raw = field;
    else if (field.number === TENSOR.dims && !field.isBytes) dims.push(field.value);
    else if (field.number === TENSOR.dims) {
      for (let at = field.start; at < field.end; ) {
        const { value, next } = varint(file, at);
        dims.push(value);
        at = next;
      }
    }
  }
  if (raw === null) return { name, tensor: null };
  return { name, tensor: { dims, dataType, offset: raw.start, bytes: raw.end - raw.start } };
}

function* fieldsOf(file: Uint8Array, start: number, end: number): Generator<Field> {
  for (let at = start; at < end; ) {
    const field = at;
    const tag = varint(file, at);
    const number = Math.floor(tag.value / 8);
    const wire = tag.value % 8;
    if (wire === 0) {
      const { value, next } = varint(file, tag.next);
      yield { number, value, field, start: next, end: next, isBytes: false };
      at = next;
    } else if (wire === 1 || wire === 5) {
      at = tag.next + (wire === 1 ? 8 : 4);
    } else if (wire === 2) {
      const { value, next } = varint(file, tag.next);
      if (next + value > end) throw unusable("the ONNX file ends too early");
      yield { number, value, field, start: next, end: next + value, isBytes: true };
      at = next + value;
    } else throw unusable("the file is no ONNX file");
  }
}

function varint(file: Uint8Array, start: number): { value: number; next: number } {
  let value = 0;
  for (let index = 0; index < 10; index++) {
    const byte = file[start + index];
    if (byte === undefined) throw unusable("the ONNX file ends too early");
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, next: start + index + 1 };
  }
  throw unusable("the file is no ONNX file");
}

function textOf(file: Uint8Array, { start, end }: Field): string {
  return Buffer.from(file.subarray(start, end)).toString("utf8");
}

/** A field of bytes with its tag and length. */
export function bytesField(number: number, contents: Uint8Array): Buffer {
  return Buffer.concat([encodeVarint(number * 8 + 2), encodeVarint(contents.length), contents]);
}

function encodeVarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}
