import { endianness } from "node:os";
import { z } from "zod";
import { edgeError } from "../../errors.ts";

const attributeSchema = z.looseObject({
  s: z.string().optional(),
  b: z.boolean().optional(),
  shape: z
    .looseObject({ dim: z.array(z.looseObject({ size: z.coerce.number().int() })).default([]) })
    .optional(),
  list: z
    .looseObject({
      i: z.array(z.coerce.number().int()).optional(),
      s: z.array(z.string()).optional(),
    })
    .optional(),
});

const nodeSchema = z.looseObject({
  name: z.string(),
  op: z.string(),
  input: z.array(z.string()).default([]),
  attr: z.record(z.string(), attributeSchema).default({}),
});

const weightSchema = z.looseObject({
  name: z.string(),
  shape: z.array(z.int().min(0)).max(8),
  dtype: z.enum(["float32", "int32"]),
  quantization: z.never({ error: "quantized weights are not supported" }).optional(),
});

const modelJsonSchema = z.looseObject({
  format: z.literal("graph-model"),
  modelTopology: z.looseObject({ node: z.array(nodeSchema).max(10_000) }),
  weightsManifest: z
    .array(
      z.looseObject({
        paths: z
          .array(z.string().regex(/^[A-Za-z0-9._-]+$/))
          .min(1)
          .max(1000),
        weights: z.array(weightSchema).max(10_000),
      }),
    )
    .length(1),
});

/** One node of the graph: an operator applied to the nodes that `inputs` names. */
export interface TfjsNode {
  readonly name: string;
  readonly operator: string;
  readonly inputs: readonly string[];
  /** The text of a string attribute, for example `padding`. */
  text(attribute: string): string | undefined;
  /** The values of an integer list attribute, for example `strides`. */
  integers(attribute: string): readonly number[];
  flag(attribute: string): boolean;
  /** The sizes of a shape attribute; -1 where it may vary. */
  shape(attribute: string): readonly number[];
}

/** A weight or constant of the graph. */
export interface TfjsTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

/** A TensorFlow.js graph model (`format: graph-model`) with its weights. */
export interface TfjsGraph {
  /** In the file's order, which is topological; constants are only in `tensors`. */
  readonly nodes: ReadonlyMap<string, TfjsNode>;
  readonly tensors: ReadonlyMap<string, TfjsTensor>;
}

/** The files beside `model.json` that hold the weights, in order. */
export function weightFileNames(modelJson: string): string[] {
  return parseModelJson(modelJson).weightsManifest.flatMap((group) => group.paths);
}

/**
 * Reads a graph model.
 *
 * @param modelJson the text of `model.json`.
 * @param weights the weight files one after another (little-endian).
 * @throws MODEL_CONVERT_FAILED
 */
export function readTfjsGraph(modelJson: string, weights: Uint8Array): TfjsGraph {
  if (endianness() !== "LE") {
    throw edgeError(
      "MODEL_CONVERT_FAILED",
      "the weights can be read on little-endian machines only",
    );
  }
  const parsed = parseModelJson(modelJson);
  const tensors = new Map<string, TfjsTensor>();
  let offset = 0;
  for (const { name, shape, dtype } of parsed.weightsManifest.flatMap((group) => group.weights)) {
    const endOffset = offset + shape.reduce((product, size) => product * size, 1) * 4;
    if (endOffset > weights.length) {
      throw edgeError("MODEL_CONVERT_FAILED", `the weight files end before ${name}`);
    }
    const { buffer } = Uint8Array.from(weights.subarray(offset, endOffset));
    tensors.set(name, {
      shape,
      values: dtype === "float32" ? new Float32Array(buffer) : new Int32Array(buffer),
    });
    offset = endOffset;
  }
  const nodes = new Map<string, TfjsNode>();
  for (const { name, op, input, attr } of parsed.modelTopology.node) {
    if (op === "Const") continue;
    nodes.set(name, {
      name,
      operator: op,
      inputs: input,
      text: (key) => {
        const base64 = attr[key]?.s;
        return base64 === undefined ? undefined : Buffer.from(base64, "base64").toString();
      },
      integers: (key) => attr[key]?.list?.i ?? [],
      flag: (key) => attr[key]?.b ?? false,
      shape: (key) => attr[key]?.shape?.dim.map(({ size }) => size) ?? [],
    });
  }
  return { nodes, tensors };
}

function parseModelJson(modelJson: string): z.infer<typeof modelJsonSchema> {
  let json: unknown;
  try {
    json = JSON.parse(modelJson);
  } catch (error) {
    throw edgeError("MODEL_CONVERT_FAILED", `model.json is not JSON: ${error}`);
  }
  const result = modelJsonSchema.safeParse(json);
  if (result.success) return result.data;
  const [first] = result.error.issues;
  throw edgeError(
    "MODEL_CONVERT_FAILED",
    `model.json is not a graph model: ${first?.path.join(".")}: ${first?.message}`,
  );
}
