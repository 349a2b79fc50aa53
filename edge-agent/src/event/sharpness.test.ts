import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { expect, test } from "vitest";
import { allocateFrame } from "../decode/rgb-frame.ts";
import { sharpness } from "./sharpness.ts";

const PERSON = fileURLToPath(
  new URL("../../../../shared/testdata/stills/person.jpg", import.meta.url),
);

async function frameOf(blurSigma: number) {
  const image = sharp(PERSON).resize(320);
  const { data, info } = await (blurSigma > 0 ? image.blur(blurSigma) : image)
    .raw()
    .toBuffer({ resolveWithObject: true });
  const frame = allocateFrame(info.width, info.height);
  frame.data.set(data);
  return frame;
}

test("the more a photograph is blurred, the lower it is", async () => {
  const values = await Promise.all(
    [0, 1, 3, 8].map(async (sigma) => {
      const frame = await frameOf(sigma);
      return sharpness(frame, { left: 0, top: 0, width: frame.width, height: frame.height });
    }),
  );
  expect(values[0]).toBeGreaterThan(100);
  expect(values).toEqual([...values].sort((a, b) => b - a));
  expect(values[3]).toBeLessThan(20);
});

test("a plain wall, and a region of one pixel, have none", () => {
  const frame = allocateFrame(50, 50);
  expect(sharpness(frame, { left: 0, top: 0, width: 50, height: 50 })).toBe(0);
  expect(sharpness(frame, { left: 49, top: 49, width: 1, height: 1 })).toBe(0);
});
