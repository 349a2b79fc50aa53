import { expect, test } from "vitest";
import { digitClasses } from "./digit-classes.ts";

test("common classes come first in an order of their own, then the model's others", () => {
  expect(digitClasses(["forklift", "car", "person"])).toEqual([2, 1, 0]);
  expect(digitClasses([])).toEqual([]);
  expect(digitClasses(Array.from({ length: 80 }, (_, index) => `class ${index}`))).toHaveLength(9);
});
