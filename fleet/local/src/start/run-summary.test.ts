import { expect, test } from "vitest";
import { percentile } from "../probe/live-probe.ts";
import { summarize } from "./run-summary.ts";

test("percentiles by nearest rank", () => {
  expect(percentile([], 0.5)).toBeNull();
  expect(percentile([4, 1, 3, 2], 0.5)).toBe(2);
  expect(
    percentile(
      Array.from({ length: 100 }, (_, index) => index + 1),
      0.95,
    ),
  ).toBe(95);
});

test("figures are of this run alone, losses of the file's whole life", () => {
  const summary = summarize({
    cameras: 4,
    totals: { framesDecoded: 900, framesInferred: 600 },
    seconds: 60,
    edgeBefore: { epoch: "e", lastSeq: 100, pending: [98, 99, 100], created: {} },
    edgeAfter: { epoch: "e", lastSeq: 150, pending: [], created: {} },
    cloudBefore: { rows: 97, sequenceNumbers: 97, committedPending: 0, repeatedEnds: 0 },
    cloudAfter: { rows: 149, sequenceNumbers: 149, committedPending: 0, repeatedEnds: 0 },
    latenciesMs: [100, 200, 300],
    rssBytes: { edge: 1, cloud: 2 },
  });
  expect(summary).toEqual({
    cameras: 4,
    framesDecoded: 900,
    framesInferred: 600,
    inferPerSecond: 10,
    eventsCreated: 50,
    eventsCommitted: 52,
    lost: 1,
    duplicates: 0,
    captureToDisplayMs: { p50: 200, p95: 300 },
    rssBytes: { edge: 1, cloud: 2 },
  });
});
