import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { loadCatalog } from "../src/model/catalog.ts";
import { weightFileNames } from "../src/model/convert/tfjs-graph.ts";
import { convertTfjsYolov5 } from "../src/model/convert/tfjs-to-onnx.ts";
import { parseNpmSource, readNpmFolder } from "../src/model/fetch/npm-package.ts";
import { CATALOG, TESTDATA } from "./test-data.ts";

const referenceSchema = z.object({
  mean: z.number(),
  meanSquare: z.number(),
  rows: z.record(z.string(), z.array(z.number()).length(85)),
});

let source: { modelJson: string; weights: Buffer };

beforeAll(async () => {
  const entry = (await loadCatalog(CATALOG)).models["yolov5s-640"];
  if (entry === undefined) throw new Error("the catalog has no yolov5s-640");
  const files = await readNpmFolder(parseNpmSource(entry.source), entry.sha256);
  const read = (name: string) => files.get(name) ?? Buffer.alloc(0);
  const modelJson = read("model.json").toString();
  source = { modelJson, weights: Buffer.concat(weightFileNames(modelJson).map(read)) };
});

/** The reference's input, in the channel order of ONNX: `imul(i, 2654435761) / 2^32` in NHWC order. */
function syntheticInput(size: number): Float32Array {
  const input = new Float32Array(3 * size * size);
  for (let i = 0; i < input.length; i++) {
    const value = (Math.imul(i, 2654435761) >>> 0) / 2 ** 32;
    input[(i % 3) * size * size + Math.floor(i / 3)] = value;
  }
  return input;
}

async function run(onnx: Uint8Array, size: number, batch = 1) {
  const session = await InferenceSession.create(onnx, { intraOpNumThreads: 1 });
  const one = syntheticInput(size);
  const input = new Float32Array(one.length * batch);
  for (let index = 0; index < batch; index++) input.set(one, index * one.length);
  const tensor = new Tensor("float32", input, [batch, 3, size, size]);
  const answers = await session.run({ [session.inputNames[0] ?? ""]: tensor });
  await session.release();
  const answer = answers.output;
  if (!(answer?.data instanceof Float32Array)) throw new Error("no float output");
  return { data: answer.data, shape: answer.dims };
}

test("at 640 px the raw outputs equal those of the TensorFlow.js model within 1e-3", async () => {
  const reference = referenceSchema.parse(
    JSON.parse(await readFile(join(TESTDATA, "ref", "yolov5s-640-raw.json"), "utf8")),
  );
  const { data, shape } = await run(convertTfjsYolov5(source, 640), 640);
  expect(shape).toEqual([1, 25200, 85]);
  let largest = 0;
  for (const [row, values] of Object.entries(reference.rows)) {
    values.forEach((value, column) => {
      const actual = data[Number(row) * 85 + column] ?? Number.NaN;
      expect(Number.isFinite(actual)).toBe(true);
      largest = Math.max(largest, Math.abs(actual - value));
    });
  }
  expect(largest).toBeLessThan(1e-3);
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  const meanSquare = data.reduce((sum, value) => sum + value * value, 0) / data.length;
  expect(Math.abs(mean - reference.mean)).toBeLessThan(1e-5);
  expect(Math.abs(meanSquare - reference.meanSquare)).toBeLessThan(1e-5);
});

test("every size of the catalog converts to the very bytes that the catalog pins", async () => {
  const { models } = await loadCatalog(CATALOG);
  const converted = Object.values(models).filter((entry) => entry.format === "tfjs-graph");
  expect(converted.map((entry) => entry.inputSize)).toEqual([320, 416, 640]);
  for (const entry of converted) {
    const onnx = convertTfjsYolov5(source, entry.inputSize);
    const digest = createHash("sha256").update(onnx).digest("hex");
    expect(digest, `at ${entry.inputSize} px`).toBe(entry.onnxSha256);
  }
});

test("a batch of two answers each picture as alone, at a size of its own", async () => {
  const onnx = convertTfjsYolov5(source, 160);
  const one = await run(onnx, 160);
  const two = await run(onnx, 160, 2);
  expect(two.shape).toEqual([2, 1575, 85]);
  const half = one.data.length;
  for (let index = 0; index < half; index += 7) {
    expect(two.data[index]).toBeCloseTo(one.data[index] ?? Number.NaN, 5);
    expect(two.data[half + index]).toBeCloseTo(one.data[index] ?? Number.NaN, 5);
  }
});

test.each([
  ["no JSON", (json: string) => json.slice(0, -1)],
  ["another format", (json: string) => json.replace('"graph-model"', '"layers-model"')],
  [
    "an operator that YOLOv5 does not use",
    (json: string) => json.replace('"MaxPool"', '"AvgPool"'),
  ],
  ["no Detect layer", (json: string) => json.replace('"Square"', '"Sqrt"')],
  [
    "a weight file outside its folder",
    (json: string) => json.replace("group1-shard1", "../shard1"),
  ],
  [
    "quantized weights",
    (json: string) => json.replace('"dtype": "float32"', '"quantization": {}, "dtype": "float32"'),
  ],
])("a graph with %s is refused by name", (_what, change) => {
  const modelJson = change(source.modelJson);
  expect(modelJson).not.toBe(source.modelJson);
  expect(() => convertTfjsYolov5({ ...source, modelJson }, 320)).toThrow(
    expect.objectContaining({ code: "MODEL_CONVERT_FAILED" }),
  );
});

test("weights that end early and sizes that the strides do not divide are refused by name", () => {
  const weights = source.weights.subarray(0, source.weights.length - 4);
  const refused = expect.objectContaining({ code: "MODEL_CONVERT_FAILED" });
  expect(() => convertTfjsYolov5({ ...source, weights }, 320)).toThrow(refused);
  expect(() => convertTfjsYolov5(source, 330)).toThrow(refused);
});
