import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { locateFfmpeg, readVersion } from "./ffmpeg-location.ts";

test.each([
  ["ffmpeg version 5.1.9-0+deb12u1 Copyright\nconfiguration: --enable-shared", 5, false],
  ["ffmpeg version n7.1 Copyright\nconfiguration: --enable-shared", 7, false],
  [
    "ffmpeg version N-47683-g0e8eb07980-static https://johnvansickle.com\n" +
      "configuration: --enable-gpl --enable-static\nlibavcodec     58. 35.100 / 58. 35.100",
    4,
    true,
  ],
  ["ffmpeg version git-2024\nconfiguration:\nlibavcodec     61.  3.100 / 61.  3.100", 7, false],
])("the version is read from %j", (text, versionMajor, staticBuild) => {
  expect(readVersion(text)).toEqual({ versionMajor, staticBuild });
});

test("without a configured one an ffmpeg that works is found", async () => {
  expect((await locateFfmpeg()).versionMajor).toBeGreaterThanOrEqual(4);
});

test("a configured one that does not work is a fault, not a reason to take another", async () => {
  const missing = expect.objectContaining({ code: "FFMPEG_MISSING" });
  await expect(locateFfmpeg("/nonexistent/ffmpeg")).rejects.toEqual(missing);
  const dir = await mkdtemp(join(tmpdir(), "sentinel-ffmpeg-"));
  onTestFinished(() => rm(dir, { recursive: true }));
  const pretender = join(dir, "ffmpeg");
  await writeFile(pretender, "#!/bin/sh\necho hello\n", { mode: 0o755 });
  await expect(locateFfmpeg(pretender)).rejects.toEqual(missing);
});
