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
    totals: [{ framesDecoded: 900, framesInferred: 600 }],
    seconds: 60,
    counts: [
      {
        before: {
          edge: { epoch: "e", lastSeq: 100, pending: [98, 99, 100] },
          cloud: { rows: 97, sequenceNumbers: 97, committedPending: 0, repeatedEnds: 0 },
        },
        after: {
          edge: { epoch: "e", lastSeq: 150, pending: [] },
          cloud: { rows: 149, sequenceNumbers: 149, committedPending: 0, repeatedEnds: 0 },
        },
      },
    ],
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

test("several nodes are added up; one that cannot be asked leaves losses open", () => {
  const counts = (lastSeq: number) => ({
    edge: { epoch: "e", lastSeq, pending: [] },
    cloud: { rows: lastSeq, sequenceNumbers: lastSeq, committedPending: 0, repeatedEnds: 0 },
  });
  const nothing = { edge: null, cloud: null };
  const run = {
    cameras: 2,
    totals: [
      { framesDecoded: 10, framesInferred: 6 },
      { framesDecoded: 20, framesInferred: 14 },
    ],
    seconds: 10,
    latenciesMs: [],
    rssBytes: { edge: 1, cloud: 2 },
  };
  const two = [
    { before: counts(1), after: counts(5) },
    { before: nothing, after: counts(7) },
  ];
  expect(summarize({ ...run, counts: two })).toMatchObject({
    framesDecoded: 30,
    inferPerSecond: 2,
    eventsCreated: 11,
    eventsCommitted: 11,
    lost: 0,
    duplicates: 0,
  });
  const three = [...two, { before: nothing, after: nothing }];
  expect(summarize({ ...run, counts: three })).toMatchObject({ eventsCreated: 11, lost: null });
});
