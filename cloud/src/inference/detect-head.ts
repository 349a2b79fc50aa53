import { VALUES_BEFORE_CLASSES } from "@sentinel/protocol/model-io/output-layout";
import { type OnnxTensor, readFloats, readOnnxGraph, unusable, withOutputs } from "./onnx-graph.ts";

/** Before the names of what belongs to a camera group's layer. */
export const GROUP_PREFIX = "group/";

/** Boxes that YOLOv5 proposes in each cell of a scale. */
export const ANCHORS_PER_CELL = 3;

/** One of the three 1x1 convolutions of YOLOv5's detect layer: all that the trainer changes. */
export interface HeadScale {
  /** Which of the neck's three feature maps it reads. */
  readonly feature: number;
  /**
   * The model's own layer learns classes only, so that it forgets nothing else; the layer of a camera
   * group, beside it, learns everything.
   */
  readonly learns: "classes" | "everything";
  /** Channels of that feature map. */
  readonly channels: number;
  /** Width and height of each anchor, as fractions of the input. */
  readonly anchors: readonly (readonly [width: number, height: number])[];
  /** `rows x channels`; row `anchor * (5 + classes) + value`. */
  readonly weights: Float32Array;
  /** One a row. */
  readonly biases: Float32Array;
}

/** The detect layers of a model, with the places of their tensors in the file. */
export interface DetectHead {
  readonly classCount: number;
  /** Three of the model itself, then three of its camera group. */
  readonly scales: readonly HeadScale[];
  /** The tensors that the convolutions read: the neck's feature maps. */
  readonly features: readonly string[];
  readonly places: readonly { readonly weights: OnnxTensor; readonly biases: OnnxTensor }[];
}

/**
 * Finds the detect layers of a YOLOv5 model as `edge-agent/src/model/convert` writes it: three
 * convolutions of 1x1 with 3 x (5 + classes) outputs, each followed by a Reshape `X/per-anchor` beside
 * the constant `X/anchors`; three more where {@link addGroupHead} has added them.
 * @throws CodedError TRAINING_BASE_UNUSABLE where there is none.
 */
export function readDetectHead(file: Uint8Array, classCount: number): DetectHead {
  const graph = readOnnxGraph(file);
  const rows = ANCHORS_PER_CELL * (VALUES_BEFORE_CLASSES + classCount);
  const feature = (name: string) => features.indexOf(name);
  const features: string[] = [];
  const found = graph.nodes.flatMap((node) => {
    if (node.operator !== "Conv") return [];
    const weights = graph.tensors.get(node.inputs[1] ?? "");
    const biases = graph.tensors.get(node.inputs[2] ?? "");
    if (weights === undefined || biases === undefined) return [];
    const [outputs, channels = 0, height, width] = weights.dims;
    if (outputs !== rows || height !== 1 || width !== 1) return [];
    const next = graph.nodes.find(
      ({ operator, inputs }) => operator === "Reshape" && inputs[0] === node.outputs[0],
    );
    const reshaped = next?.outputs[0] ?? "";
    const isGroup = reshaped.startsWith(GROUP_PREFIX);
    const name = reshaped
      .slice(isGroup ? GROUP_PREFIX.length : 0)
      .replace(/\/per-anchor$/, "/anchors");
    const anchors = graph.tensors.get(name);
    if (anchors === undefined) return [];
    const sizes = readFloats(file, anchors);
    const map = node.inputs[0] ?? "";
    if (!isGroup) features.push(map);
    const scale: HeadScale = {
      feature: feature(map),
      learns: isGroup ? "everything" : "classes",
      channels,
      anchors: Array.from({ length: ANCHORS_PER_CELL }, (_, anchor) => [
        sizes[anchor * 2] ?? 0,
        sizes[anchor * 2 + 1] ?? 0,
      ]),
      weights: readFloats(file, weights),
      biases: readFloats(file, biases),
    };
    return [{ scale, places: { weights, biases } }];
  });
  if (features.length !== 3 || (found.length !== 3 && found.length !== 6)) {
    throw unusable(
      `it has ${found.length} detect convolutions for ${classCount} classes instead of 3 or 6`,
    );
  }
  if (found.some(({ scale }) => ![...scale.weights, ...scale.biases].every(Number.isFinite))) {
    throw unusable("its detect layer holds numbers that are not finite");
  }
  return {
    classCount,
    scales: found.map(({ scale }) => scale),
    features,
    places: found.map(({ places }) => places),
  };
}

/** The model that also answers the neck's feature maps. */
export function withFeatures(file: Uint8Array, head: DetectHead): Uint8Array {
  return withOutputs(file, readOnnxGraph(file), head.features);
}

/** The model with another detect layer; nothing else of the file changes, not even its size. */
export function withHead(
  file: Uint8Array,
  head: DetectHead,
  scales: readonly HeadScale[],
): Uint8Array {
  const copy = Uint8Array.from(file);
  scales.forEach(({ weights, biases }, index) => {
    const place = head.places[index];
    if (place === undefined) return;
    for (const [values, { offset }] of [
      [weights, place.weights],
      [biases, place.biases],
    ] as const) {
      copy.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), offset);
    }
  });
  return copy;
}
