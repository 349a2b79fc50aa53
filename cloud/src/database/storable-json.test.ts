import { expect, test } from "vitest";
import { storableJson, storableText } from "./storable-json.ts";

test("text keeps everything but NUL and half surrogate pairs", () => {
  expect(storableText("a\u0000b\ud83dc\ude00d😀")).toBe("a\ufffdb\ufffdc\ufffdd😀");
});

test("strings and keys at every depth are made storable, the rest is plain JSON", () => {
  const value = { a: ["x\u0000", { "k\u0000": 1, n: null }], b: 1.5, c: "\\u0000" };
  expect(JSON.parse(storableJson(value))).toEqual({
    a: ["x\ufffd", { "k\ufffd": 1, n: null }],
    b: 1.5,
    c: "\\u0000",
  });
});
