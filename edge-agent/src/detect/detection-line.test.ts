import { expect, test } from "vitest";
import { formatJsonLine, formatReadable } from "./detection-line.ts";

const found = {
  file: "clips/a.mp4",
  frame: 3,
  width: 640,
  height: 480,
  detections: [
    {
      classId: 2,
      className: "car",
      score: 0.1234567,
      box: [0, 0.5, 0.33333333, 0.25] as [number, number, number, number],
    },
  ],
};

test("a JSON line has the reference's keys, order and decimals", () => {
  expect(formatJsonLine(found)).toBe(
    '{"file":"clips/a.mp4","frame":3,"width":640,"height":480,' +
      '"detections":[{"classId":2,"score":0.12346,"box":[0,0.5,0.333333,0.25]}]}',
  );
  const { frame: _frame, ...still } = found;
  expect(formatJsonLine({ ...still, detections: [] })).toBe(
    '{"file":"clips/a.mp4","width":640,"height":480,"detections":[]}',
  );
});

test("the readable form names classes and pixels, and says when there is nothing", () => {
  expect(formatReadable(found)).toBe(
    "clips/a.mp4 frame 3 (640x480)\n  car              12 %  213x120 at 0,240",
  );
  expect(formatReadable({ ...found, detections: [] })).toMatch(/\n {2}nothing$/);
});
