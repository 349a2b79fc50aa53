import type { Box } from "@sentinel/protocol/box";
import { matchImage, type TrueBox } from "./coco-matching.ts";
import type { ChangedPicture } from "./evaluation-figures.ts";
import type { JudgedPicture, Side } from "./judged-pictures.ts";

/** From this score on the agent reports an event. */
export const EVENT_SCORE = 0.4;
const MOST = 20;
const AT_50 = [0.5];
/** Boxes are fractions: every area lies within. */
const EVERY_AREA = [0, Number.POSITIVE_INFINITY] as const;

/**
 * The pictures in which two models see something else, as an operator would: what is found from the
 * score of an event on, right at IoU 0.5. Those that changed most come first.
 */
export function changedPictures(
  pictures: readonly JudgedPicture[],
  classes: ReadonlyMap<number, string>,
): { changed: ChangedPicture[]; count: number } {
  const changed = pictures
    .map((picture) => comparePicture(picture, classes))
    .filter((picture) => changeOf(picture) > 0)
    .sort((a, b) => changeOf(b) - changeOf(a) || (a.picture < b.picture ? -1 : 1));
  return { changed: changed.slice(0, MOST), count: changed.length };
}

function changeOf({ lost, gained, falseBefore, falseAfter }: ChangedPicture): number {
  return lost + gained + Math.abs(falseAfter - falseBefore);
}

function comparePicture(
  picture: JudgedPicture,
  classes: ReadonlyMap<number, string>,
): ChangedPicture {
  const truth = picture.truth
    .filter(({ classId }) => classes.has(classId))
    .map(({ classId, box, crowd }): TrueBox => {
      return { imageId: 0, categoryId: classId, box, area: box[2] * box[3], isCrowd: crowd };
    });
  const before = findings(picture, "before", truth, classes);
  const after = findings(picture, "after", truth, classes);
  const things = truth.filter(({ isCrowd }) => !isCrowd);
  const isLost = (box: TrueBox) => before.found.has(box) && !after.found.has(box);
  const isGained = (box: TrueBox) => !before.found.has(box) && after.found.has(box);
  const { nodeId, cameraId, capturedAt, width, height, visible } = picture;
  return {
    picture: picture.picture,
    nodeId,
    cameraId,
    capturedAt,
    width,
    height,
    lost: things.filter(isLost).length,
    gained: things.filter(isGained).length,
    falseBefore: before.boxes.filter(({ right }) => !right).length,
    falseAfter: after.boxes.filter(({ right }) => !right).length,
    truth: truth.map((box) => ({
      className: classes.get(box.categoryId) ?? "",
      box: withinPicture(box.box as Box, visible),
      crowd: box.isCrowd,
      foundBefore: before.found.has(box),
      foundAfter: after.found.has(box),
    })),
    before: before.boxes,
    after: after.boxes,
  };
}

/** What a model reports in one picture, and which things that were there it found. */
function findings(
  picture: JudgedPicture,
  side: Side,
  truth: readonly TrueBox[],
  classes: ReadonlyMap<number, string>,
): { found: Set<TrueBox>; boxes: ChangedPicture["before"] } {
  const found = new Set<TrueBox>();
  const boxes: ChangedPicture["before"] = [];
  for (const [classId, className] of classes) {
    const reported = picture[side]
      .filter((detection) => detection.classId === classId && detection.score >= EVENT_SCORE)
      .sort((a, b) => b.score - a.score)
      .map(({ box, score }) => ({ imageId: 0, categoryId: classId, box, score }));
    const there = truth.filter(({ categoryId }) => categoryId === classId);
    const { objects, scores } = matchImage(0, there, reported, EVERY_AREA, AT_50);
    for (const [index, score] of scores.entries()) {
      const object = objects[0]?.[index] ?? null;
      if (object !== null) found.add(object);
      const box = withinPicture(reported[index]?.box as Box, picture.visible);
      boxes.push({ className, box, score: round(score), right: object !== null });
    }
  }
  return { found, boxes };
}

/** A box of the frame in fractions of the picture that was cut from it. */
function withinPicture([x, y, width, height]: Box, [left, top, w, h]: Box): Box {
  return [round((x - left) / w), round((y - top) / h), round(width / w), round(height / h)];
}

/** A tenth of a pixel is enough for any picture of ours. */
function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
