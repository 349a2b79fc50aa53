import { expect, test } from "vitest";
import { PpmSplitter } from "./ppm-splitter.ts";

/** A PPM picture as ffmpeg writes it, its bytes counted on from `first`. */
function ppm(width: number, height: number, first: number): Buffer {
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => (first + i) % 256);
  return Buffer.concat([Buffer.from(`P6\n${width} ${height}\n255\n`), pixels]);
}

/** mulberry32: the same numbers on every run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

// Pixel bytes of 10, 32, 80 and 54 among them look like headers and white space.
const SIZES = [
  [1, 1],
  [7, 5],
  [16, 9],
  [2, 40],
  [31, 3],
  [1, 200],
] as const;
const STREAM = Buffer.concat(SIZES.map(([width, height], index) => ppm(width, height, index * 41)));

test("pictures come out whole wherever the stream is cut", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = randomNumbers(seed);
    const largest = 1 + Math.floor(random() * 120);
    const splitter = new PpmSplitter();
    const frames = [];
    for (let start = 0; start < STREAM.length; ) {
      const end = Math.min(STREAM.length, start + 1 + Math.floor(random() * largest));
      frames.push(...splitter.push(STREAM.subarray(start, end)));
      start = end;
    }
    expect(splitter.atBoundary).toBe(true);
    expect(frames.map(({ width, height }) => [width, height])).toEqual(SIZES);
    frames.forEach(({ width, height, data }, index) => {
      const written = ppm(width, height, index * 41);
      expect(Buffer.compare(data, written.subarray(written.length - data.length))).toBe(0);
    });
  }
});

test("pixels lie on shared memory", () => {
  const [frame] = new PpmSplitter().push(ppm(4, 4, 0));
  expect(frame?.data.buffer).toBeInstanceOf(SharedArrayBuffer);
});

test("a stream that ends within a header or a picture is not at a boundary", () => {
  const splitter = new PpmSplitter();
  expect(splitter.atBoundary).toBe(true);
  splitter.push(Buffer.from("P6\n4"));
  expect(splitter.atBoundary).toBe(false);
  splitter.push(Buffer.from(" 4\n255\n123"));
  expect(splitter.atBoundary).toBe(false);
});

test.each([
  ["another format", `P5\n4 4\n255\n${"x".repeat(40)}`],
  ["16 bits", `P6\n4 4\n65535\n${"x".repeat(40)}`],
  ["no width", `P6\n0 4\n255\n${"x".repeat(40)}`],
  ["a negative height", `P6\n4 -4\n255\n${"x".repeat(40)}`],
  ["an endless number", `P6\n${"1".repeat(100)}`],
  ["something else", "ffmpeg: cannot open display, and more words to fill the header"],
])("%s is PICTURE_STREAM_INVALID", (_what, text) => {
  expect(() => new PpmSplitter().push(Buffer.from(text))).toThrow(
    expect.objectContaining({ code: "PICTURE_STREAM_INVALID" }),
  );
});

test("a declared size is bounded before memory is taken for it", () => {
  const tooLarge = expect.objectContaining({ code: "PICTURE_TOO_LARGE" });
  expect(() => new PpmSplitter().push(Buffer.from("P6\n99999 99999\n255\n"))).toThrow(tooLarge);
  const splitter = new PpmSplitter({ maxPixels: 100 });
  expect(splitter.push(ppm(10, 10, 0))).toHaveLength(1);
  expect(() => splitter.push(ppm(101, 1, 0))).toThrow(tooLarge);
});
