import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CodedError } from "@sentinel/protocol/coded-error";
import { expect, onTestFinished, test } from "vitest";
import { readClipFrames } from "../src/decode/clip-frames.ts";
import { locateFfmpeg } from "../src/decode/ffmpeg-location.ts";
import { readFfmpegPictures } from "../src/decode/ffmpeg-pictures.ts";
import type { RgbFrame } from "../src/decode/rgb-frame.ts";
import { readStillPicture } from "../src/decode/still-picture.ts";
import { runDetect } from "../src/detect/detect-command.ts";
import { CACHE_DIR, CATALOG, TESTDATA, YOLOX_NANO_FILE } from "./test-data.ts";

const ffmpeg = await locateFfmpeg();

function expectWhole(picture: RgbFrame): void {
  expect(picture.width * picture.height).toBeGreaterThan(0);
  expect(picture.data.length).toBe(picture.width * picture.height * 3);
}

/** The code of what was thrown; anything without a code fails the test. */
function codeOf(error: unknown): string {
  if (!(error instanceof CodedError)) throw error;
  return error.code;
}

async function readClip(path: string, frames: number[] | "all" = "all") {
  const seen: number[] = [];
  try {
    for await (const { frame, picture } of readClipFrames(path, frames, ffmpeg)) {
      expectWhole(picture);
      seen.push(frame);
    }
    return { seen, code: null, why: null };
  } catch (error) {
    return { seen, code: codeOf(error), why: (error as Error).message };
  }
}

/** What must be refused; the others are damaged but can be shown, and then must be whole. */
const REFUSED: Readonly<Record<string, string>> = {
  "broken.png": "PICTURE_UNREADABLE",
  "broken_data_stream.png": "PICTURE_UNREADABLE",
  "decompression_bomb.gif": "PICTURE_UNREADABLE",
  "empty.jpg": "PICTURE_UNREADABLE",
  "header-only.jpg": "PICTURE_UNREADABLE",
  "negative_size.ppm": "PICTURE_UNREADABLE",
  "no_cursors.cur": "PICTURE_UNREADABLE",
  "png-declares-60000x60000.png": "PICTURE_TOO_LARGE",
  "truncated-half.jpg": "PICTURE_UNREADABLE",
  "truncated_jpeg.jpg": "PICTURE_UNREADABLE",
  "zero-by-zero.png": "PICTURE_UNREADABLE",
};

test.each(readdirSync(join(TESTDATA, "bad", "images")))(
  "picture %s gives a picture or a coded fault",
  async (name) => {
    const outcome = await readStillPicture(join(TESTDATA, "bad", "images", name)).then(
      (picture) => {
        expectWhole(picture);
        return null;
      },
      codeOf,
    );
    const expected = REFUSED[name];
    if (expected !== undefined) expect(outcome).toBe(expected);
    else expect([null, "PICTURE_UNREADABLE"]).toContain(outcome);
  },
);

test.each([
  ["bytes-appended.jpg", 810, 1080],
  ["pil_sample_cmyk.jpg", 100, 100],
])("picture %s is only odd and is read", async (name, width, height) => {
  const picture = await readStillPicture(join(TESTDATA, "bad", "images", name));
  expect(picture).toMatchObject({ width, height });
});

test.each([
  ["audio-only.mp4", "does not contain any stream"],
  ["empty.mp4", "Invalid data found when processing input"],
  ["random.mp4", "Invalid data found when processing input"],
])("clip %s cannot be read, and why is told: %s", async (name, why) => {
  expect(await readClip(join(TESTDATA, "bad", "videos", name))).toEqual({
    seen: [],
    code: "CLIP_UNREADABLE",
    why: expect.stringContaining(why),
  });
});

test.each(["corrupt-slices.mp4", "no-moov.mp4", "resolution-changes.ts", "truncated.mp4"])(
  "clip %s gives the frames that it holds",
  async (name) => {
    const { seen, code } = await readClip(join(TESTDATA, "bad", "videos", name));
    expect(seen.length).toBeGreaterThan(0);
    expect(seen).toEqual(seen.map((_, index) => index));
    expect([null, "CLIP_UNREADABLE"]).toContain(code);
  },
);

test("frames come in ascending order, each once, and a missing one is named", async () => {
  const clip = join(TESTDATA, "clips", "opencv-vtest.avi");
  expect(await readClip(clip, [30, 2, 2, 0])).toMatchObject({ seen: [0, 2, 30], code: null });
  expect(await readClip(clip, [5, 100_000])).toMatchObject({
    seen: [5],
    code: "CLIP_FRAME_MISSING",
  });
  const many = Array.from({ length: 150 }, (_, index) => index * 2);
  expect(await readClip(clip, many)).toMatchObject({ seen: many, code: null });
  expect(await readClip(join(TESTDATA, "none.mp4"))).toMatchObject({
    seen: [],
    code: "PICTURE_MISSING",
  });
});

test("a playlist named as a clip makes no request to anywhere", async () => {
  const video = await readFile(join(TESTDATA, "bad", "videos", "resolution-changes.ts"));
  let requests = 0;
  const server = createServer((_request, response) => {
    requests += 1;
    response.end(video);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const dir = await mkdtemp(join(tmpdir(), "sentinel-clips-"));
  onTestFinished(async () => {
    server.close();
    await rm(dir, { recursive: true });
  });
  const path = join(dir, "list.mp4");
  const { port } = server.address() as AddressInfo;
  await writeFile(
    path,
    `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:${port}/a.ts\n#EXT-X-ENDLIST\n`,
  );
  expect(await readClip(path)).toMatchObject({ seen: [], code: "CLIP_UNREADABLE" });
  expect(requests).toBe(0);
});

test("what is no plain file is refused, and a decoder that gets nothing is stopped", async () => {
  const dir = await mkdtemp(join(tmpdir(), "sentinel-pipes-"));
  onTestFinished(() => rm(dir, { recursive: true }));
  const pipe = join(dir, "pipe.mp4");
  execFileSync("mkfifo", [pipe]);
  for (const path of [pipe, dir, "/dev/zero"]) {
    expect(await readClip(path)).toMatchObject({ seen: [], code: "PICTURE_MISSING" });
    await expect(readStillPicture(path)).rejects.toMatchObject({ code: "PICTURE_MISSING" });
  }
  const pictures = readFfmpegPictures({
    ffmpeg,
    input: `file:${pipe}`,
    inputOptions: [],
    outputOptions: [],
    stalledAfterMs: 1000,
  });
  await expect(pictures.next()).rejects.toMatchObject({ code: "CLIP_TIMEOUT" });
  const running = () => execFileSync("ps", ["-eo", "args"]).toString().includes(pipe);
  await expect.poll(running, { timeout: 5000 }).toBe(false);
});

test("a file that fails is told with its code and the others go on", async () => {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runDetect(
    {
      model: YOLOX_NANO_FILE,
      files: ["bad/images/empty.jpg", "bad/videos/random.mp4", "stills/bus.jpg", "none.png"].map(
        (name) => join(TESTDATA, name),
      ),
      json: false,
      catalogPath: CATALOG,
      cacheDir: CACHE_DIR,
    },
    { out: (line) => out.push(line), err: (line) => err.push(line) },
  );
  expect(code).toBe(1);
  expect(out).toHaveLength(1);
  expect(out[0]).toMatch(/bus\.jpg \(810x1080\)\n {2}bus +9\d %/);
  const codes = err
    .map((line) => line.split(":")[0])
    .filter((word) => /^[A-Z_]+$/.test(word ?? ""));
  expect(codes).toEqual(["PICTURE_UNREADABLE", "CLIP_UNREADABLE", "PICTURE_MISSING"]);
  expect(err.find((line) => line.startsWith("CLIP_UNREADABLE"))).toMatch(
    /random\.mp4: Invalid data found when processing input\./,
  );
});
