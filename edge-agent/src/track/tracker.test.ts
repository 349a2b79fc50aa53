import type { Box } from "@sentinel/protocol/box";
import type { Detection } from "@sentinel/protocol/detection";
import { expect, test } from "vitest";
import { Tracker } from "./tracker.ts";

const FRAME_MS = 333;

function person(
  x: number,
  y: number,
  score = 0.8,
  size: [number, number] = [0.06, 0.2],
): Detection {
  return { classId: 0, className: "person", score, box: [x, y, ...size] as Box };
}

function car(x: number, y: number): Detection {
  return { classId: 2, className: "car", score: 0.8, box: [x, y, 0.2, 0.1] };
}

/** Feeds frames at the usual pace; null stands for a frame that did not come. */
function follow(tracker: Tracker, frames: (Detection[] | null)[], startAt = 0) {
  return frames.flatMap((detections, index) =>
    detections === null ? [] : [tracker.update(detections, startAt + index * FRAME_MS)],
  );
}

test("a track is told from its second frame on and keeps its first capture time", () => {
  const [first, second, third] = follow(new Tracker(), [
    [person(0.1, 0.3)],
    [person(0.12, 0.3)],
    [person(0.14, 0.3)],
  ]);
  expect(first).toEqual({ seen: [], ended: [] });
  expect(second?.seen).toMatchObject([{ id: 1, startedAt: 0, lastSeenAt: FRAME_MS, frames: 2 }]);
  expect(third?.seen).toMatchObject([{ id: 1, box: [0.14, 0.3, 0.06, 0.2], frames: 3 }]);
});

test("an object seen once only never becomes a track", () => {
  const changes = follow(new Tracker(), [
    [person(0.1, 0.3)],
    [],
    [person(0.1, 0.3)],
    [],
    [],
    [],
    [],
    [],
    [],
  ]);
  expect(changes.flatMap(({ seen, ended }) => [...seen, ...ended])).toEqual([]);
});

test("two people who cross keep their ids", () => {
  const frames = Array.from({ length: 16 }, (_, i) => [
    person(0.1 + i * 0.04, 0.3),
    person(0.7 - i * 0.04, 0.34),
  ]);
  const tracker = new Tracker();
  const last = follow(tracker, frames).at(-1);
  const byId = Object.fromEntries((last?.seen ?? []).map((track) => [track.id, track.box[0]]));
  expect(byId).toEqual({ 1: expect.closeTo(0.7), 2: expect.closeTo(0.1) });
  expect(last?.seen.every((track) => track.frames === 16)).toBe(true);
});

test("a moving object that is missed for two frames is found where it should be by then", () => {
  const at = (i: number) => [person(0.05 + i * 0.05, 0.3)];
  const changes = follow(new Tracker(), [at(0), at(1), at(2), at(3), [], [], at(6), at(7)]);
  expect(changes.at(-1)?.seen).toMatchObject([{ id: 1, frames: 6 }]);
});

test("a low score continues a track but begins none", () => {
  const weak = follow(new Tracker(), [
    [person(0.1, 0.3, 0.3)],
    [person(0.1, 0.3, 0.3)],
    [person(0.1, 0.3, 0.3)],
  ]);
  expect(weak.flatMap(({ seen }) => seen)).toEqual([]);
  const faded = follow(new Tracker(), [
    [person(0.1, 0.3)],
    [person(0.11, 0.3)],
    [person(0.12, 0.3, 0.27)],
  ]);
  expect(faded.at(-1)?.seen).toMatchObject([{ id: 1, score: 0.27, frames: 3 }]);
});

test("a strong detection takes the track before a weak one that lies better", () => {
  const changes = follow(new Tracker(), [
    [person(0.1, 0.3)],
    [person(0.1, 0.3)],
    [person(0.1, 0.3, 0.3), person(0.12, 0.3, 0.9)],
  ]);
  expect(changes.at(-1)?.seen).toMatchObject([{ id: 1, score: 0.9 }]);
});

test("a track ends after two seconds unseen, by time and not by frames", () => {
  const tracker = new Tracker();
  tracker.update([person(0.1, 0.3)], 0);
  tracker.update([person(0.1, 0.3)], 100);
  for (let at = 200; at <= 2100; at += 50) expect(tracker.update([], at).ended).toEqual([]);
  expect(tracker.update([], 2101).ended).toMatchObject([{ id: 1, lastSeenAt: 100, frames: 2 }]);
  expect(tracker.update([], 2200).ended).toEqual([]);
});

test("a long pause without frames ends nothing that stands where it stood", () => {
  const tracker = new Tracker();
  tracker.update([car(0.3, 0.5)], 0);
  tracker.update([car(0.3, 0.5)], 300);
  expect(tracker.update([car(0.3, 0.5)], 9000)).toMatchObject({
    seen: [{ id: 1, frames: 3 }],
    ended: [],
  });
});

test("classes do not take each other's tracks", () => {
  const changes = follow(new Tracker(), [
    [person(0.1, 0.3), car(0.1, 0.35)],
    [person(0.1, 0.3), car(0.1, 0.35)],
    [car(0.1, 0.35)],
  ]);
  expect(changes[1]?.seen.map(({ id, className }) => [id, className])).toEqual([
    [1, "person"],
    [2, "car"],
  ]);
  expect(changes[2]?.seen).toMatchObject([{ id: 2, className: "car" }]);
});

test("everything can be ended at once", () => {
  const tracker = new Tracker();
  follow(tracker, [
    [person(0.1, 0.3), car(0.5, 0.5)],
    [person(0.1, 0.3), car(0.5, 0.5), person(0.8, 0.3)],
  ]);
  expect(tracker.endAll().map(({ id }) => id)).toEqual([1, 2]);
  expect(tracker.endAll()).toEqual([]);
});
