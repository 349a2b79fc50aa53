import { expect, test } from "vitest";
import type { EventItem } from "../connection/api.ts";
import { matchesFilter } from "./event-filter.ts";
import { mergeEvents } from "./merge-events.ts";

function event(eventId: string, startedAt: number, over: Partial<EventItem> = {}): EventItem {
  return {
    eventId,
    nodeId: "local-1",
    cameraId: "gate-1",
    cameraName: "Gate",
    classId: 0,
    className: "person",
    score: 0.8,
    box: [0.1, 0.1, 0.2, 0.2],
    startedAt,
    lastAt: startedAt,
    endedAt: null,
    endReason: null,
    state: "open",
    frames: 1,
    modelDigest: "0".repeat(64),
    snapshot: null,
    lastRowId: 1,
    ...over,
  };
}

const ids = (events: readonly EventItem[]) => events.map(({ eventId }) => eventId);
const live = (...events: EventItem[]) => new Map(events.map((each) => [each.eventId, each]));
const all = () => true;

test("what happened since stands on top; what came late stands where it belongs", () => {
  const read = [event("d", 400), event("b", 200)];
  const merged = mergeEvents(read, live(event("c", 300), event("e", 500)), all, true);
  expect(ids(merged)).toEqual(["e", "d", "c", "b"]);
});

test("an event older than the pages read so far waits for its page", () => {
  const read = [event("d", 400), event("b", 200)];
  expect(ids(mergeEvents(read, live(event("a", 100)), all, false))).toEqual(["d", "b"]);
  expect(ids(mergeEvents(read, live(event("a", 100)), all, true))).toEqual(["d", "b", "a"]);
});

test("the newer state of an event wins, from whichever side it comes", () => {
  const older = event("a", 100, { lastRowId: 1 });
  const newer = event("a", 100, { lastRowId: 2, score: 0.9 });
  expect(mergeEvents([older], live(newer), all, true)).toEqual([newer]);
  expect(mergeEvents([newer], live(older), all, true)).toEqual([newer]);
});

test("two pages that overlap do not show an event twice", () => {
  expect(
    ids(mergeEvents([event("b", 2), event("a", 1), event("a", 1)], live(), all, true)),
  ).toEqual(["b", "a"]);
});

test("an event that no longer belongs leaves the list", () => {
  const ended = event("a", 100, { lastRowId: 2, state: "ended" });
  const open = (each: EventItem) => matchesFilter(each, { state: "open" });
  expect(mergeEvents([event("a", 100)], live(ended), open, true)).toEqual([]);
});

test("the filter is the cloud's: from is inside, to is outside, empty lists do not narrow", () => {
  const one = event("a", 100);
  expect(matchesFilter(one, { from: 100, to: 101, cameras: [], classes: [] })).toBe(true);
  expect(matchesFilter(one, { to: 100 })).toBe(false);
  expect(matchesFilter(one, { cameras: [{ nodeId: "local-1", cameraId: "gate-2" }] })).toBe(false);
  expect(matchesFilter(one, { classes: ["car"] })).toBe(false);
  expect(matchesFilter(one, { minScore: 0.8, maxScore: 0.8 })).toBe(true);
  expect(matchesFilter(one, { minScore: 0.81 })).toBe(false);
});
