import { expect, test } from "vitest";
import { decodeOutput, type OutputReading } from "./decode-output.ts";
import { fitLetterbox } from "./letterbox.ts";
import { cellCount, findLayout } from "./output-layout.ts";

const THRESHOLDS = { score: 0.25, iou: 0.45 };

/** An output of zeros with one row filled. */
function output(reading: OutputReading, row: number, values: readonly number[]): Float32Array {
  const rows = cellCount(reading.inputSize) * (reading.layout === "yolov5" ? 3 : 1);
  const data = new Float32Array(rows * (5 + reading.classCount));
  data.set(values, row * (5 + reading.classCount));
  return data;
}

const yolov5 = { layout: "yolov5", inputSize: 320, classCount: 2, boxUnit: 320 } as const;
const yolox = { layout: "yolox", inputSize: 416, classCount: 2, boxUnit: 416 } as const;
const close = (...values: number[]) => values.map((value) => expect.closeTo(value, 5));

test("YOLOv5: fractions of the input become fractions of the frame", () => {
  // 640x320 lies at top 80, 320x160.
  const letterbox = fitLetterbox({ width: 640, height: 320 }, 320, "yolov5");
  const data = output(yolov5, 5, [0.5, 0.5, 0.25, 0.25, 0.9, 0.1, 0.8]);
  const [found, ...others] = decodeOutput(data, yolov5, letterbox, THRESHOLDS);
  expect(others).toEqual([]);
  expect(found).toEqual({
    classId: 1,
    score: expect.closeTo(0.72, 5),
    box: close(0.375, 0.25, 0.25, 0.5),
  });
  const inPixels = output(yolov5, 5, [160, 160, 80, 80, 0.9, 0.1, 0.8]);
  expect(decodeOutput(inPixels, { ...yolov5, boxUnit: 1 }, letterbox, THRESHOLDS)).toEqual([
    { ...found, box: close(0.375, 0.25, 0.25, 0.5) },
  ]);
});

test("YOLOX: offsets and logarithms become boxes on each of the three scales", () => {
  const letterbox = fitLetterbox({ width: 416, height: 416 }, 416, "yolox");
  // The cell in column 3, row 2 of each grid of 52, 26 and 13 cells a side.
  for (const [row, stride] of [
    [2 * 52 + 3, 8],
    [2704 + 2 * 26 + 3, 16],
    [3380 + 2 * 13 + 3, 32],
  ]) {
    const s = stride ?? 0;
    const data = output(yolox, row ?? 0, [0.5, 0.25, Math.log(2), 0, 0.5, 0.8, 0]);
    const [found] = decodeOutput(data, yolox, letterbox, THRESHOLDS);
    expect(found?.score).toBeCloseTo(0.4, 5);
    const [x, y, w, h] = [3.5 * s - s, 2.25 * s - s / 2, 2 * s, s];
    expect(found?.box).toEqual(close(x / 416, y / 416, w / 416, h / 416));
  }
});

test("scores below the threshold, endless sizes and boxes outside the frame are left out", () => {
  const letterbox = fitLetterbox({ width: 640, height: 320 }, 320, "yolov5");
  const decode = (values: number[]) =>
    decodeOutput(output(yolov5, 0, values), yolov5, letterbox, THRESHOLDS);
  expect(decode([0.5, 0.5, 0.1, 0.1, 0.49, 0.5, 0.5])).toEqual([]);
  expect(decode([0.5, 0.1, 0.1, 0.1, 0.9, 0.9, 0])).toEqual([]);
  expect(decode([Number.NaN, 0.5, 0.1, 0.1, 0.9, 0.9, 0])).toEqual([]);
  const endless = output(yolox, 0, [0, 0, 1000, 0, 0.9, 0.9, 0]);
  const square = fitLetterbox({ width: 416, height: 416 }, 416, "yolox");
  expect(decodeOutput(endless, yolox, square, THRESHOLDS)).toEqual([]);
});

test("layouts are told apart by their rows", () => {
  expect(findLayout(416, [1, 3549, 85])).toEqual({ layout: "yolox", classCount: 80 });
  expect(findLayout(640, [1, 25200, 85])).toEqual({ layout: "yolov5", classCount: 80 });
  expect(findLayout(320, [1, 6300, 6])).toEqual({ layout: "yolov5", classCount: 1 });
  for (const shape of [
    [1, 84, 8400],
    [1, 25200, 5],
    [2, 25200, 85],
    [25200, 85],
    [1, 25199, 85],
  ]) {
    expect(findLayout(640, shape)).toBeNull();
  }
});
