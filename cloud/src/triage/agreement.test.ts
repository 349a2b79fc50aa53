import type { Box } from "@sentinel/protocol/box";
import { expect, test } from "vitest";
import { answersAgree } from "./agreement.ts";
import type { SaidBox } from "./answer.ts";

const said = (className: string, ...box: Box): SaidBox => ({ classId: 0, className, box });
const left = said("car", 0.1, 0.1, 0.3, 0.3);
const right = said("car", 0.6, 0.1, 0.3, 0.3);

test("nothing agrees with nothing only", () => {
  expect(answersAgree([], [])).toBe(true);
  expect(answersAgree([], [left])).toBe(false);
  expect(answersAgree([left], [])).toBe(false);
});

test("the same objects agree in any order, drawn a little otherwise", () => {
  const drawn = said("car", 0.12, 0.1, 0.3, 0.28);
  expect(answersAgree([right, drawn], [left, right])).toBe(true);
});

test("another class, another place, or one more object does not agree", () => {
  expect(answersAgree([{ ...left, className: "bus" }], [left])).toBe(false);
  expect(answersAgree([said("car", 0.3, 0.3, 0.3, 0.3)], [left])).toBe(false);
  expect(answersAgree([left, right], [left])).toBe(false);
  expect(answersAgree([left, left], [left, right])).toBe(false);
});
