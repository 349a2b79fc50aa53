import { expect, test } from "vitest";
import { fillInput, fitLetterbox } from "./letterbox.ts";

const allocateFrame = (width: number, height: number) => ({
  width,
  height,
  data: new Uint8Array(width * height * 3),
});

const place = (width: number, height: number, size: number, layout: "yolov5" | "yolox") => {
  const { left, top, width: w, height: h } = fitLetterbox({ width, height }, size, layout);
  return [left, top, w, h];
};

test("YOLOv5 lies in the middle, YOLOX at the top left", () => {
  expect(place(810, 1080, 640, "yolov5")).toEqual([80, 0, 480, 640]);
  expect(place(768, 576, 320, "yolov5")).toEqual([0, 40, 320, 240]);
  expect(place(768, 576, 416, "yolox")).toEqual([0, 0, 416, 312]);
});

test("YOLOv5 rounds, YOLOX cuts and divides boxes by the uncut size", () => {
  expect(place(640, 424, 416, "yolov5")).toEqual([0, 70, 416, 276]);
  expect(place(640, 424, 416, "yolox")).toEqual([0, 0, 416, 275]);
  expect(fitLetterbox({ width: 640, height: 424 }, 416, "yolox").boxHeight).toBeCloseTo(275.6, 9);
});

test("frames of every shape lie within the input", () => {
  for (const [width, height] of [
    [1, 1],
    [1, 5000],
    [5000, 1],
    [641, 639],
    [32, 32],
    [7680, 4320],
  ]) {
    for (const layout of ["yolov5", "yolox"] as const) {
      const box = fitLetterbox({ width: width ?? 0, height: height ?? 0 }, 320, layout);
      expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(1);
      expect(box.left + box.width).toBeLessThanOrEqual(320);
      expect(box.top + box.height).toBeLessThanOrEqual(320);
    }
  }
});

/** The values of one pixel of the input, channel by channel. */
function pixelAt(input: Float32Array, size: number, x: number, y: number): number[] {
  return [0, 1, 2].map((channel) => input[(channel * size + y) * size + x] ?? Number.NaN);
}

test("the input is RGB 0..1 for YOLOv5 and BGR 0..255 for YOLOX, grey around", async () => {
  const frame = allocateFrame(64, 32);
  for (let index = 0; index < 64 * 32; index++) frame.data.set([255, 51, 0], index * 3);
  const input = new Float32Array(3 * 32 * 32).fill(Number.NaN);
  await fillInput(frame, fitLetterbox(frame, 32, "yolov5"), 32, "yolov5", input);
  expect(pixelAt(input, 32, 10, 16)).toEqual([1, 0.2, 0].map((value) => expect.closeTo(value, 6)));
  const grey = expect.closeTo(114 / 255, 6);
  expect(pixelAt(input, 32, 10, 7)).toEqual([grey, grey, grey]);
  expect(pixelAt(input, 32, 10, 24)).toEqual([grey, grey, grey]);
  await fillInput(frame, fitLetterbox(frame, 32, "yolox"), 32, "yolox", input);
  expect(pixelAt(input, 32, 31, 15)).toEqual([0, 51, 255]);
  expect(pixelAt(input, 32, 0, 16)).toEqual([114, 114, 114]);
  expect(input.every(Number.isFinite)).toBe(true);
});

test("rows and columns keep their places", async () => {
  const frame = allocateFrame(32, 32);
  frame.data.set([10, 20, 30], (5 * 32 + 7) * 3);
  const input = new Float32Array(3 * 32 * 32);
  await fillInput(frame, fitLetterbox(frame, 32, "yolox"), 32, "yolox", input);
  expect(pixelAt(input, 32, 7, 5)).toEqual([30, 20, 10]);
  expect(pixelAt(input, 32, 5, 7)).toEqual([0, 0, 0]);
});
