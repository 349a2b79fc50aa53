import type { Box } from "@sentinel/protocol/box";
import { expect, test } from "vitest";
import { changedPictures } from "./changed-pictures.ts";
import { compareDetections } from "./compare-detections.ts";
import type { JudgedPicture } from "./judged-pictures.ts";

const classes = new Map([[2, "car"]]);
const LEFT: Box = [0.1, 0.1, 0.2, 0.2];
const RIGHT: Box = [0.6, 0.6, 0.2, 0.2];
const car = (box: Box, score = 0.9) => ({ classId: 2, score, box });

function picture(name: string, change: Partial<JudgedPicture> = {}): JudgedPicture {
  return {
    picture: name,
    nodeId: "node-a",
    cameraId: "gate",
    capturedAt: 1,
    width: 320,
    height: 180,
    frameWidth: 640,
    frameHeight: 360,
    visible: [0, 0, 1, 1],
    truth: [{ classId: 2, box: LEFT, crowd: false }],
    before: [],
    after: [],
    ...change,
  };
}

test("what only one of them found, and false alarms, are told apart; what changed most comes first", () => {
  const { changed, count } = changedPictures(
    [
      picture("same", { before: [car(LEFT)], after: [car(LEFT, 0.5)] }),
      picture("unsure", { after: [car(LEFT, 0.39)] }),
      picture("lost", { before: [car(LEFT)] }),
      picture("both", { before: [car(RIGHT)], after: [car(LEFT)] }),
    ],
    classes,
  );
  expect(count).toBe(2);
  expect(changed).toMatchObject([
    { picture: "both", gained: 1, lost: 0, falseBefore: 1, falseAfter: 0 },
    { picture: "lost", gained: 0, lost: 1, falseBefore: 0, falseAfter: 0 },
  ]);
  expect(changed[0]).toMatchObject({
    truth: [{ className: "car", box: LEFT, foundBefore: false, foundAfter: true }],
    before: [{ box: RIGHT, right: false }],
    after: [{ box: LEFT, score: 0.9, right: true }],
  });
});

test("boxes are told as fractions of the picture, which is a part of its frame", () => {
  const visible: Box = [0.5, 0.5, 0.5, 0.5];
  const truth = [{ classId: 2, box: RIGHT, crowd: false }];
  const [shown] = changedPictures(
    [picture("part", { visible, truth, after: [car(RIGHT)] })],
    classes,
  ).changed;
  expect(shown?.after[0]?.box).toEqual([0.2, 0.2, 0.4, 0.4]);
});

test("a crowd may be found or not: neither changes a picture", () => {
  const truth = [{ classId: 2, box: LEFT, crowd: true }];
  expect(changedPictures([picture("crowd", { truth, after: [car(LEFT)] })], classes).count).toBe(0);
});

test("figures, classes and cameras of both, with a paired interval of the gain", () => {
  const pictures = Array.from({ length: 30 }, (_, index) =>
    picture(`p${index}`, {
      cameraId: index % 3 === 0 ? "quay" : "gate",
      before: index % 2 === 0 ? [car(LEFT)] : [],
      after: [car(LEFT)],
    }),
  );
  const figures = compareDetections(pictures, ["person", "bus", "car"]);
  expect(figures).toMatchObject({ pictures: 30, boxes: 30, changedCount: 15 });
  const { AP50, APlarge, APsmall } = figures.summary;
  expect(AP50).toMatchObject({ after: 1, afterInterval: [1, 1] });
  expect(AP50.before).toBeCloseTo(0.505, 3);
  const [low, high] = AP50.gainInterval ?? [1, 0];
  expect(low).toBeGreaterThan(0.2);
  expect(low).toBeLessThan(AP50.gain ?? 0);
  expect(high).toBeGreaterThan(AP50.gain ?? 1);
  // A fifth of 640 by 360 pixels is 128 by 72: between 32 and 96 squared is medium, this is large.
  expect(APlarge.after).toBe(1);
  expect(APsmall.after).toBeNull();
  expect(figures.classes).toMatchObject([{ className: "car", boxes: 30, ap50: AP50 }]);
  expect(figures.cameras.map(({ cameraId, pictures: count }) => [cameraId, count])).toEqual([
    ["gate", 20],
    ["quay", 10],
  ]);
  expect(figures.curve.after).toEqual(Array(101).fill(1));
  expect(figures.curve.before[50]).toBe(1);
  expect(figures.curve.before[51]).toBe(0);
  // The same again, to the same bytes.
  expect(compareDetections(pictures, ["person", "bus", "car"])).toEqual(figures);
});
