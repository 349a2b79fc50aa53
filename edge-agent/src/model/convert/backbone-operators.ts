import { type Conversion, conversionError } from "./conversion.ts";
import type { TfjsNode } from "./tfjs-graph.ts";

/**
 * Translates one node of the backbone and neck, where every tensor is a feature map: NHWC in the
 * graph, NCHW in ONNX.
 *
 * @throws MODEL_CONVERT_FAILED for what YOLOv5 does not use.
 */
export function translateBackboneNode(conversion: Conversion, node: TfjsNode): void {
  const translate = TRANSLATIONS[node.operator];
  if (translate === undefined) {
    throw conversionError(`${node.name} uses the operator ${node.operator}`);
  }
  translate(conversion, node);
}

const TRANSLATIONS: Readonly<Record<string, (conversion: Conversion, node: TfjsNode) => void>> = {
  Pad: checkPad,
  _FusedConv2D: translateConvolution,
  MaxPool: translateMaxPool,
  Sigmoid: (conversion, node) => translateElementwise(conversion, node, "Sigmoid"),
  Mul: (conversion, node) => translateElementwise(conversion, node, "Mul"),
  AddV2: (conversion, node) => translateElementwise(conversion, node, "Add"),
  ConcatV2: translateConcatenation,
  ResizeNearestNeighbor: translateResize,
};

/** A Pad is written together with the convolution that reads it. */
function checkPad(conversion: Conversion, node: TfjsNode): void {
  conversion.strides.set(node.name, conversion.stride(node.inputs[0]));
}

/** Padding of a Pad node as ONNX wants it: top, left, bottom, right. */
function padsOf(conversion: Conversion, node: TfjsNode): number[] {
  const { values } = conversion.tensor(node.inputs[1]);
  const [n0, n1, top, bottom, left, right, c0, c1] = values;
  if (values.length !== 8 || [n0, n1, c0, c1].some((size) => size !== 0)) {
    throw conversionError(`${node.name} pads more than rows and columns`);
  }
  return [top ?? 0, left ?? 0, bottom ?? 0, right ?? 0];
}

function translateConvolution(conversion: Conversion, node: TfjsNode): void {
  const [input, kernelName, biasName] = node.inputs;
  const kernel = conversion.floats(kernelName, 4);
  const bias = conversion.floats(biasName, 1);
  const [height = 0, width = 0, inputs = 0, outputs = 0] = kernel.shape;
  const [, strideY = 1, strideX = 1] = node.integers("strides");
  if (strideX !== strideY || node.integers("dilations").some((dilation) => dilation !== 1)) {
    throw conversionError(`${node.name} has uneven strides or dilations`);
  }
  const pad = conversion.graph.nodes.get(input ?? "");
  const isPadded = pad?.operator === "Pad";
  const pads = isPadded ? padsOf(conversion, pad) : impliedPads(node, [height, width], strideX);
  const source = (isPadded ? pad.inputs[0] : input) ?? "";
  conversion.emit(
    "Conv",
    node.name,
    [
      source,
      conversion.emitFloats(
        `${node.name}/kernel`,
        [outputs, inputs, height, width],
        toOihw(kernel.values, height * width, inputs, outputs),
      ),
      conversion.emitFloats(`${node.name}/bias`, bias.shape, bias.values),
    ],
    { kernel_shape: [height, width], pads, strides: [strideY, strideX] },
  );
  conversion.strides.set(node.name, conversion.stride(source) * strideX);
}

/** Reorders a kernel from height, width, input, output to output, input, height, width. */
function toOihw(hwio: Float32Array, cells: number, inputs: number, outputs: number): Float32Array {
  const oihw = new Float32Array(hwio.length);
  let from = 0;
  for (let cell = 0; cell < cells; cell++) {
    for (let input = 0; input < inputs; input++) {
      for (let output = 0; output < outputs; output++) {
        oihw[(output * inputs + input) * cells + cell] = hwio[from++] ?? 0;
      }
    }
  }
  return oihw;
}

/** TensorFlow's SAME is symmetric at stride 1 with an odd kernel; VALID pads nothing. */
function impliedPads(node: TfjsNode, kernel: readonly number[], stride: number): number[] {
  if (node.text("padding") === "VALID") return [0, 0, 0, 0];
  if (stride !== 1 || kernel.some((size) => size % 2 === 0)) {
    throw conversionError(`${node.name} pads in a way that depends on the size of its input`);
  }
  const [y = 0, x = 0] = kernel.map((size) => (size - 1) / 2);
  return [y, x, y, x];
}

function translateMaxPool(conversion: Conversion, node: TfjsNode): void {
  const [, height = 0, width = 0] = node.integers("ksize");
  const [, strideY = 1, strideX = 1] = node.integers("strides");
  const [input = ""] = node.inputs;
  conversion.emit("MaxPool", node.name, [input], {
    kernel_shape: [height, width],
    pads: impliedPads(node, [height, width], Math.max(strideX, strideY)),
    strides: [strideY, strideX],
  });
  conversion.strides.set(node.name, conversion.stride(input) * strideX);
}

function translateElementwise(conversion: Conversion, node: TfjsNode, operator: string): void {
  conversion.emit(operator, node.name, node.inputs);
  conversion.strides.set(node.name, commonStride(conversion, node, node.inputs));
}

function translateConcatenation(conversion: Conversion, node: TfjsNode): void {
  const inputs = node.inputs.slice(0, -1);
  const axis = conversion.tensor(node.inputs.at(-1)).values[0];
  if (axis !== 3) throw conversionError(`${node.name} joins axis ${axis}, not the channels`);
  conversion.emit("Concat", node.name, inputs, { axis: 1 });
  conversion.strides.set(node.name, commonStride(conversion, node, inputs));
}

function commonStride(conversion: Conversion, node: TfjsNode, inputs: readonly string[]): number {
  const [stride, ...others] = inputs.map((input) => conversion.stride(input));
  if (stride === undefined || others.some((other) => other !== stride)) {
    throw conversionError(`${node.name} joins feature maps of different sizes`);
  }
  return stride;
}

/**
 * The graph names the size that comes out, which belongs to one size of input; ONNX gets the factor.
 * At whole factors TensorFlow's half-pixel centres mean floor(x / factor).
 */
function translateResize(conversion: Conversion, node: TfjsNode): void {
  const [input = "", sizeName] = node.inputs;
  const [height = 0, width = 0] = conversion.tensor(sizeName).values;
  const [, graphSize = 0] = conversion.node("input_1", "Placeholder").shape("shape");
  const stride = graphSize / height;
  const factor = conversion.stride(input) / stride;
  if (height !== width || !Number.isInteger(factor) || !node.flag("half_pixel_centers")) {
    throw conversionError(`${node.name} does not enlarge by a whole factor`);
  }
  const scales = conversion.emitFloats(`${node.name}/scales`, [4], [1, 1, factor, factor]);
  conversion.emit("Resize", node.name, [input, "", scales], {
    mode: "nearest",
    coordinate_transformation_mode: "asymmetric",
    nearest_mode: "floor",
  });
  conversion.strides.set(node.name, stride);
}
