import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { bootstrapInterval, weightedAveragePrecision } from "./bootstrap-interval.ts";
import { evaluateCoco } from "./coco-evaluation.ts";
import { cocoResultsSchema, cocoTruthSchema, toFoundBoxes, toGroundTruth } from "./coco-files.ts";
import { matchImage, type TrueBox } from "./coco-matching.ts";

const FOLDER = new URL("../../../../shared/testdata/evalref/coco/", import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, FOLDER), "utf8"));

test("the 12 figures and AP by class are those of pycocotools", () => {
  const truth = toGroundTruth(cocoTruthSchema.parse(read("ground-truth.json")));
  const found = toFoundBoxes(cocoResultsSchema.parse(read("detections.json")));
  const { summary, perClassAP } = evaluateCoco(truth, found);
  const expected = read("expected.json") as {
    summary: Record<string, number>;
    perClassAP: Record<string, number>;
  };
  for (const [name, value] of Object.entries(expected.summary)) {
    expect(summary, name).toHaveProperty(name, expect.closeTo(value, 5));
  }
  expect(Object.keys(perClassAP).sort()).toEqual(Object.keys(expected.perClassAP).sort());
  for (const [name, value] of Object.entries(expected.perClassAP)) {
    expect(perClassAP[name], name).toBeCloseTo(value, 5);
  }
});

const object = (box: TrueBox["box"], isCrowd = false): TrueBox => {
  return { imageId: 1, categoryId: 1, box, area: box[2] * box[3], isCrowd };
};
const found = (box: TrueBox["box"], score: number) => ({ imageId: 1, categoryId: 1, box, score });

test("a crowd may be found twice and counts neither as right nor as wrong", () => {
  const matches = matchImage(
    1,
    [object([0, 0, 100, 100], true)],
    [found([0, 0, 50, 50], 0.9), found([50, 50, 50, 50], 0.8)],
    [0, 1e10],
  );
  expect(matches.trueCount).toBe(0);
  expect(matches.ignored[0]).toEqual([true, true]);
});

test("an object is found once: by the surest detection", () => {
  const matches = matchImage(
    1,
    [object([0, 0, 100, 100])],
    [found([0, 0, 90, 100], 0.5), found([0, 0, 80, 100], 0.9)],
    [0, 1e10],
  );
  expect(matches.scores).toEqual([0.9, 0.5]);
  expect(matches.matched[0]).toEqual([true, false]);
});

test("nothing to find gives no figure, nothing found gives 0", () => {
  const truth = { imageIds: [1], categories: [{ id: 1, name: "car" }], boxes: [] };
  expect(evaluateCoco(truth, []).summary.AP).toBe(-1);
  const one = { ...truth, boxes: [object([0, 0, 10, 10])] };
  expect(evaluateCoco(one, []).summary).toMatchObject({ AP: 0, AR100: 0, APlarge: -1 });
});

test("the interval holds the figure, is the same for the same seed, and shrinks to it where all is equal", () => {
  const images = Array.from({ length: 40 }, (_, imageId) =>
    matchImage(
      imageId,
      [object([0, 0, 100, 100])],
      [found([0, 0, 100, imageId % 4 === 0 ? 20 : 100], 0.5 + imageId / 100)],
      [0, 1e10],
    ),
  );
  const figure = weightedAveragePrecision(images, 0);
  const value = figure(null) ?? Number.NaN;
  const interval = bootstrapInterval(images.length, figure) ?? [1, 0];
  expect(interval[0]).toBeLessThan(value);
  expect(interval[1]).toBeGreaterThan(value);
  expect(bootstrapInterval(images.length, figure)).toEqual(interval);
  const right = images.filter(({ matched }) => matched[0]?.[0] === true);
  expect(bootstrapInterval(right.length, weightedAveragePrecision(right, 0))).toEqual([1, 1]);
});
