import type { CodedError } from "@sentinel/protocol/coded-error";
import { edgeError } from "../../errors.ts";
import type { OnnxAttribute, OnnxNode, OnnxTensor } from "./onnx-model.ts";
import type { TfjsGraph, TfjsNode, TfjsTensor } from "./tfjs-graph.ts";

/** What one conversion has written so far, and the ways to look at the graph it reads. */
export class Conversion {
  readonly graph: TfjsGraph;
  readonly nodes: OnnxNode[] = [];
  readonly constants: OnnxTensor[] = [];
  /** Input pixels per cell of each feature map, by node: 1 for the picture, up to 32. */
  readonly strides = new Map<string, number>();

  constructor(graph: TfjsGraph) {
    this.graph = graph;
  }

  /** The node of that name, which must apply one of the operators. */
  node(name: string | undefined, ...operators: readonly string[]): TfjsNode {
    const node = this.graph.nodes.get(name ?? "");
    if (node === undefined) throw conversionError(`the graph has no node ${name}`);
    if (!operators.includes(node.operator)) {
      throw conversionError(`${name} is ${node.operator}, not ${operators.join(" or ")}`);
    }
    return node;
  }

  /** The constant of that name. */
  tensor(name: string | undefined): TfjsTensor {
    const tensor = this.graph.tensors.get(name ?? "");
    if (tensor === undefined) throw conversionError(`the graph has no constant ${name}`);
    return tensor;
  }

  /** The float constant of that name, of `rank` sizes. */
  floats(
    name: string | undefined,
    rank: number,
  ): { shape: readonly number[]; values: Float32Array } {
    const { shape, values } = this.tensor(name);
    if (!(values instanceof Float32Array) || shape.length !== rank) {
      throw conversionError(`${name} is not a float tensor of ${rank} dimensions`);
    }
    return { shape, values };
  }

  stride(name: string | undefined): number {
    const stride = this.strides.get(name ?? "");
    if (stride === undefined) throw conversionError(`${name} is used before it is made`);
    return stride;
  }

  /** Writes a node and returns the name of its output. */
  emit(
    operator: string,
    output: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): string {
    this.nodes.push({ operator, inputs, output, attributes });
    return output;
  }

  /** Writes a float constant and returns its name. */
  emitFloats(name: string, shape: readonly number[], values: Iterable<number>): string {
    this.constants.push({ name, shape, values: Float32Array.from(values) });
    return name;
  }

  /** Writes a list of 64-bit integers and returns its name. */
  emitIntegers(name: string, values: readonly number[]): string {
    this.constants.push({
      name,
      shape: [values.length],
      values: BigInt64Array.from(values, BigInt),
    });
    return name;
  }
}

/** A graph that is not what this converter can translate. */
export function conversionError(reason: string): CodedError {
  return edgeError("MODEL_CONVERT_FAILED", `the graph model cannot be converted: ${reason}`);
}
