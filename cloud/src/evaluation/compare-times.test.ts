import { expect, test } from "vitest";
import { compareTimes } from "./compare-times.ts";
import { seededRandom } from "./seeded-random.ts";

test("what else the machine does, now and then, does not make a model slow", () => {
  const random = seededRandom(7);
  const busy = () => (random() < 0.4 ? 60 * random() : 0);
  const times = Array.from({ length: 60 }, () => ({
    before: 100 + random() + busy(),
    after: 110 + random() + busy(),
  }));
  const { ratio, ratioInterval, before, after } = compareTimes(times);
  expect(ratio).toBeCloseTo(1.1, 1);
  expect(ratioInterval?.[0]).toBeGreaterThan(1.05);
  expect(ratioInterval?.[1]).toBeLessThan(1.15);
  expect(before.p95).toBeGreaterThan(before.p50);
  expect(after.p50).toBeGreaterThan(109);
});

test("a machine that is slow for a while is slow for both", () => {
  const random = seededRandom(3);
  const times = Array.from({ length: 40 }, (_, index) => {
    const slow = index < 14 ? 2.5 : 1;
    return { before: slow * (100 + random()), after: slow * (100 + random()) };
  });
  const { ratio, ratioInterval } = compareTimes(times);
  expect(ratio).toBeCloseTo(1, 2);
  expect(ratioInterval?.[0]).toBeGreaterThan(0.99);
  expect(ratioInterval?.[1]).toBeLessThan(1.01);
});

test("the other way round the ratio is the inverse", () => {
  const random = seededRandom(5);
  const times = Array.from({ length: 40 }, () => ({
    before: 80 + 9 * random(),
    after: 90 + 9 * random(),
  }));
  const inverse = times.map(({ before, after }) => ({ before: after, after: before }));
  expect(compareTimes(times).ratio * compareTimes(inverse).ratio).toBeCloseTo(1, 9);
});

test("one pair is enough to tell a ratio", () => {
  expect(compareTimes([{ before: 10, after: 20 }])).toMatchObject({
    ratio: 2,
    ratioInterval: [2, 2],
  });
});
