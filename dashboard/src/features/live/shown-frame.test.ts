import { expect, test } from "vitest";
import { countClasses, describeDetections, rateOf } from "./shown-frame.ts";

const detection = (className: string, score: number) => ({
  classId: 0,
  className,
  score,
  box: [0, 0, 0.1, 0.1] as [number, number, number, number],
});

test("classes are counted, the most frequent first", () => {
  const detections = [detection("car", 0.5), detection("person", 0.8), detection("person", 0.4)];
  expect(countClasses(detections)).toEqual([
    { className: "person", count: 2 },
    { className: "car", count: 1 },
  ]);
  expect(describeDetections(detections)).toBe("car:0.50,person:0.80,person:0.40");
  expect(describeDetections([])).toBe("");
});

test("the rate is that of the captures, not of their arrival", () => {
  expect(rateOf([0, 333, 666, 1000])).toBeCloseTo(3);
  expect(rateOf([5])).toBeNull();
  expect(rateOf([])).toBeNull();
});
