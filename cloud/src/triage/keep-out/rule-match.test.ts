import { expect, test } from "vitest";
import { hides } from "./rule-match.ts";

const mask = { kind: "mask", box: [0.2, 0.2, 0.4, 0.4] } as const;
const at = (x: number, y: number, w = 0.1, h = 0.1) => ({
  box: [x, y, w, h] as [number, number, number, number],
  score: 0.5,
});

test("a mask hides what lies in it, up to a fifth outside", () => {
  const rule = { ...mask, box: [...mask.box] as [number, number, number, number] };
  expect(hides(rule, at(0.3, 0.3))).toBe(true);
  expect(hides(rule, at(0.519, 0.3))).toBe(true);
  expect(hides(rule, at(0.53, 0.3))).toBe(false);
  expect(hides(rule, at(0.7, 0.7))).toBe(false);
  expect(hides(rule, at(0.1, 0.1, 0.8, 0.8))).toBe(false);
  expect(hides(rule, { box: null, score: 0.5 })).toBe(false);
});

test("a threshold hides what scores less; what has no score is not hidden", () => {
  const rule = { kind: "threshold", minScore: 0.5 } as const;
  expect(hides(rule, { box: null, score: 0.49 })).toBe(true);
  expect(hides(rule, { box: null, score: 0.5 })).toBe(false);
  expect(hides(rule, { box: null, score: null })).toBe(false);
});
