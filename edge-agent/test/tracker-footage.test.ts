import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Box, intersectionOverUnion } from "@sentinel/protocol/box";
import { expect, test } from "vitest";
import { Tracker } from "../src/track/tracker.ts";
import { TESTDATA } from "./test-data.ts";

/** TUD-Campus of MOT15: eight people who cross a street, close to the camera; 640x480, 25 a second. */
const WIDTH = 640;
const HEIGHT = 480;
const FPS = 25;

interface Person {
  id: number;
  box: Box;
}

function readPeople(): Map<number, Person[]> {
  const text = readFileSync(join(TESTDATA, "evalref/mot/TUD-Campus/gt.txt"), "utf8");
  const people = text
    .trim()
    .split("\n")
    .map((line) => line.split(",").map(Number))
    .map(([frame = 0, id = 0, x = 0, y = 0, w = 0, h = 0]) => {
      const box: Box = [x / WIDTH, y / HEIGHT, w / WIDTH, h / HEIGHT];
      return { frame, id, box };
    });
  return Map.groupBy(people, ({ frame }) => frame);
}

/** Follows every n-th frame and counts how often a person is given another track than before. */
function follow(everyNth: number) {
  const tracker = new Tracker();
  const trackOf = new Map<number, number>();
  let seen = 0;
  let switches = 0;
  const tracks = new Set<number>();
  for (const [frame, people] of [...readPeople()].toSorted(([a], [b]) => a - b)) {
    if (frame % everyNth !== 0) continue;
    const detections = people.map(({ box }) => ({
      classId: 0,
      className: "person",
      score: 0.8,
      box,
    }));
    const changes = tracker.update(detections, Math.round((frame * 1000) / FPS));
    for (const track of changes.seen) {
      tracks.add(track.id);
      const person = people.find(({ box }) => intersectionOverUnion(box, track.box) > 0.999);
      if (person === undefined) throw new Error("a track is where nobody is");
      seen += 1;
      const before = trackOf.get(person.id);
      if (before !== undefined && before !== track.id) switches += 1;
      trackOf.set(person.id, track.id);
    }
  }
  return { seen, switches, tracks: tracks.size };
}

test.each([1, 2, 5, 8, 12])(
  "people who cross keep their tracks, also where only every %i. frame is seen",
  (everyNth) => {
    const { seen, switches, tracks } = follow(everyNth);
    const people = new Set([...readPeople().values()].flat().map(({ id }) => id)).size;
    expect(seen).toBeGreaterThan(200 / everyNth);
    expect(switches).toBeLessThanOrEqual(2);
    expect(tracks).toBeGreaterThanOrEqual(people - 1);
    expect(tracks).toBeLessThanOrEqual(people + 1);
  },
);
