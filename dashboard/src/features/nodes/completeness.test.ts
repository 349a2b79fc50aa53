import { expect, test } from "vitest";
import { completenessOf } from "./completeness.ts";

const node = { lastSeq: 100, completeSeq: 100, declaredGaps: 0, online: true, telemetry: null };

test("a node whose rows are all here is complete", () => {
  expect(completenessOf(node)).toEqual({
    tone: "live",
    words: "All that it told of is here, no gaps.",
    share: 1,
  });
});

test("a few rows on their way are the ordinary course, many are not", () => {
  expect(completenessOf({ ...node, completeSeq: 97 })).toEqual({
    tone: "live",
    words: "3 rows on their way, no gaps.",
    share: 0.97,
  });
  expect(completenessOf({ ...node, completeSeq: 20 }).tone).toBe("stale");
});

test("a declared gap is never shown as complete without saying so", () => {
  expect(completenessOf({ ...node, declaredGaps: 2 })).toEqual({
    tone: "stale",
    words: "All that it told of is here, 2 declared gaps.",
    share: 1,
  });
});

test("of a node that is away it is not claimed that nothing waits there", () => {
  expect(completenessOf({ ...node, online: false }).tone).toBe("unknown");
});

test("a new node, and one whose status is older than what is committed", () => {
  expect(completenessOf({ ...node, lastSeq: 0, completeSeq: 0 }).share).toBe(1);
  expect(completenessOf({ ...node, lastSeq: null, completeSeq: 0 }).share).toBe(1);
  expect(completenessOf({ ...node, lastSeq: 90 }).share).toBe(1);
});
