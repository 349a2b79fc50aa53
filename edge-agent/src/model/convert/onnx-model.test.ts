import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import { encodeOnnxModel } from "./onnx-model.ts";
import { ProtobufWriter } from "./protobuf-writer.ts";

const hex = (writer: ProtobufWriter) => Buffer.from(writer.finish()).toString("hex");

test("protocol buffers are written as the specification's examples", () => {
  // protobuf.dev/programming-guides/encoding: Test1 { a: 150 }, Test2 { b: "testing" }, packed [3, 270, 86942].
  expect(hex(new ProtobufWriter().integer(1, 150))).toBe("089601");
  expect(hex(new ProtobufWriter().text(2, "testing"))).toBe("120774657374696e67");
  expect(hex(new ProtobufWriter().packedIntegers(6, [3, 270, 86942]))).toBe("3206038e029ea705");
  expect(hex(new ProtobufWriter().message(3, new ProtobufWriter().integer(1, 150)))).toBe(
    "1a03089601",
  );
  expect(hex(new ProtobufWriter().integer(1, -2))).toBe("08feffffffffffffffff01");
  expect(hex(new ProtobufWriter().integer(20, 2 ** 40))).toBe("a001808080808020");
});

test("ONNX Runtime runs what is written, for any batch", async () => {
  const onnx = encodeOnnxModel({
    name: "doubled",
    nodes: [
      { operator: "Mul", inputs: ["x", "two"], output: "doubled", attributes: {} },
      { operator: "Transpose", inputs: ["doubled"], output: "y", attributes: { perm: [0, 2, 1] } },
    ],
    constants: [{ name: "two", shape: [1], values: Float32Array.of(2) }],
    input: { name: "x", shape: ["batch", 1, 2] },
    output: { name: "y", shape: ["batch", 2, 1] },
  });
  const session = await InferenceSession.create(onnx);
  const x = new Tensor("float32", Float32Array.of(1, 2, 3, 4), [2, 1, 2]);
  const { y } = await session.run({ x });
  expect(y?.dims).toEqual([2, 2, 1]);
  expect([...(y?.data ?? [])]).toEqual([2, 4, 6, 8]);
  await session.release();
});
