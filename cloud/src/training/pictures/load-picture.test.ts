import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { JobPicture } from "../jobs/job-files.ts";
import { loadPicture } from "./load-picture.ts";

const PICTURE = "a".repeat(64);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sentinel-pictures-"));
  await mkdir(join(folder, "pictures"));
  await sharp({ create: { width: 64, height: 64, channels: 3, background: "#e00000" } })
    .jpeg({ quality: 100 })
    .toFile(join(folder, "pictures", `${PICTURE}.jpg`));
});
afterAll(() => rm(folder, { recursive: true }));

const load = (change: Partial<JobPicture>) =>
  loadPicture(
    folder,
    {
      picture: PICTURE,
      nodeId: "node-a",
      cameraId: "gate",
      capturedAt: 1_700_000_000_000,
      width: 64,
      height: 64,
      crop: [500_000, 0, 250_000, 500_000],
      frameWidth: 256,
      frameHeight: 128,
      split: "train",
      boxes: [{ className: "car", box: [0, 500_000, 1_000_000, 500_000] }],
      ...change,
    },
    ["person", "car"],
  );

const pixel = (loaded: Awaited<ReturnType<typeof load>>, x: number, y: number) => [
  ...loaded.data.subarray((y * loaded.width + x) * 3, (y * loaded.width + x) * 3 + 3),
];

test("a crop lies at its place in a grey frame, and its boxes with it", async () => {
  const loaded = await load({});
  expect(loaded).toMatchObject({ width: 256, height: 128, visible: [0.5, 0, 0.25, 0.5] });
  expect(pixel(loaded, 127, 10)).toEqual([114, 114, 114]);
  expect(pixel(loaded, 192, 10)).toEqual([114, 114, 114]);
  expect(pixel(loaded, 160, 64)).toEqual([114, 114, 114]);
  expect(pixel(loaded, 160, 32)[0]).toBeGreaterThan(215);
  expect(pixel(loaded, 160, 32)[1]).toBeLessThan(10);
  expect(loaded.boxes).toEqual([{ classId: 1, box: [0.5, 0.25, 0.25, 0.25] }]);
});

test("a long frame is made smaller; fractions stay", async () => {
  const loaded = await load({ frameWidth: 3840, frameHeight: 2160 });
  expect(loaded).toMatchObject({ width: 1280, height: 720, visible: [0.5, 0, 0.25, 0.5] });
  expect(pixel(loaded, 800, 180)[0]).toBeGreaterThan(215);
  expect(pixel(loaded, 639, 180)).toEqual([114, 114, 114]);
});

test("pictures of one camera within ten minutes are one group", async () => {
  const groups = await Promise.all(
    [0, 60_000, 3_600_000].map(async (capturedAt) => (await load({ capturedAt })).group),
  );
  expect(groups[0]).toBe(groups[1]);
  expect(groups[2]).not.toBe(groups[0]);
});

test("the same picture is the same bytes each time", async () => {
  const [one, two] = await Promise.all([load({}), load({})]);
  expect(Buffer.compare(one.data, two.data)).toBe(0);
});
