import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "sentinel-edge-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Makes a video of two seconds with ffmpeg's test picture. */
export function makeVideo(path: string, size: string, ...options: string[]): void {
  const input = ["-f", "lavfi", "-i", `testsrc=size=${size}:rate=10`, "-t", "2"];
  execFileSync("ffmpeg", ["-v", "error", ...input, ...options, "-y", path]);
}
