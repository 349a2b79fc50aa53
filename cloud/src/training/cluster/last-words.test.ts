import { expect, test } from "vitest";
import { lastWordsIn } from "./last-words.ts";

test("the last fault counts; lines of JSON are the pod's own log and no words of the process", () => {
  const log = [
    '{"level":30,"msg":"began"}',
    "Error: the loss is not a number",
    "    at train (engine.ts:1)",
    "",
    '{"type":"fault","code":"TRAINING_FAILED","message":"the loss is not a number"}',
  ].join("\n");
  expect(lastWordsIn(log)).toEqual({
    fault: { code: "TRAINING_FAILED", message: "the loss is not a number" },
    lines: ["Error: the loss is not a number", "    at train (engine.ts:1)"],
  });
});

test("a log that was cut, or says nothing, names no fault", () => {
  expect(lastWordsIn('age":"x"}\nKilled')).toEqual({ fault: null, lines: ['age":"x"}', "Killed"] });
  expect(lastWordsIn("")).toEqual({ fault: null, lines: [] });
});

test("what a process says is bounded: twenty lines of 500 characters", () => {
  const { lines } = lastWordsIn(
    Array.from({ length: 50 }, (_, at) => `${at} ${"x".repeat(900)}`).join("\n"),
  );
  expect(lines.length).toBe(20);
  expect(lines.at(-1)?.startsWith("49 ")).toBe(true);
  expect(new Set(lines.map(({ length }) => length))).toEqual(new Set([500]));
});
