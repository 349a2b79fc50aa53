import { expect, test } from "vitest";
import { blockWords, refusalOf } from "./dataset-words.ts";

test("a refusal is told apart into its code and its words", () => {
  expect(refusalOf("DATASET_LEAKS: 2 pictures are golden: ab, cd")).toEqual({
    code: "DATASET_LEAKS",
    words: "2 pictures are golden: ab, cd",
  });
  expect(refusalOf("Not connected: try again")).toEqual({
    code: null,
    words: "Not connected: try again",
  });
});

test("blocks of time are told in minutes where they are whole", () => {
  expect([600, 30, 90].map(blockWords)).toEqual(["10 min", "30 s", "90 s"]);
});
