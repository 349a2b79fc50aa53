import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { edgeError } from "../errors.ts";

/** An ffmpeg program that was run and answered. */
export interface FfmpegLocation {
  /** What to spawn: an absolute path, or `ffmpeg` where it is on the PATH. */
  readonly path: string;
  /** 4, 5, 6, ...: from 5 on, RTSP's timeout flag is `-timeout`, before that `-stimeout`. */
  readonly versionMajor: number;
  /** Linked statically: crashes on host names, which must be resolved to an address first. */
  readonly staticBuild: boolean;
}

const run = promisify(execFile);

/** FFmpeg raises libavcodec's major version with its own (ffmpeg.org/download.html): 58 is 4.x. */
const LIBAVCODEC_MAJOR_OF_VERSION_0 = 54;

/**
 * Finds ffmpeg: the configured one, else the one on the PATH, else the one that npm installed. Each
 * is run with `-version` before it is believed.
 *
 * @throws FFMPEG_MISSING, also when the configured one does not work.
 */
export async function locateFfmpeg(configured?: string): Promise<FfmpegLocation> {
  const candidates = configured === undefined ? ["ffmpeg", npmFfmpeg()] : [configured];
  const faults: string[] = [];
  for (const path of candidates) {
    if (path === null) continue;
    try {
      const { stdout } = await run(path, ["-version"], { timeout: 20_000, maxBuffer: 1 << 20 });
      return { path, ...readVersion(stdout) };
    } catch (error) {
      faults.push(`${path}: ${error instanceof Error ? error.message.split("\n")[0] : error}`);
    }
  }
  throw edgeError("FFMPEG_MISSING", `no ffmpeg works (${faults.join("; ")})`);
}

/** Reads what `ffmpeg -version` printed; builds from Git (`N-47683-...`) tell only libavcodec. */
export function readVersion(text: string): Omit<FfmpegLocation, "path"> {
  const release = /^ffmpeg version n?(\d+)\./.exec(text)?.[1];
  const libavcodec = /^libavcodec\s+(\d+)\./m.exec(text)?.[1];
  if (release === undefined && libavcodec === undefined) {
    throw new Error("it does not answer as ffmpeg does");
  }
  return {
    versionMajor: Number(release ?? Number(libavcodec) - LIBAVCODEC_MAJOR_OF_VERSION_0),
    staticBuild: text.includes("--enable-static") && !text.includes("--enable-shared"),
  };
}

/** The program of @ffmpeg-installer, which is optional and throws where it has none to offer. */
function npmFfmpeg(): string | null {
  try {
    const installer: unknown = createRequire(import.meta.url)("@ffmpeg-installer/ffmpeg");
    const { path } = installer as { path?: unknown };
    return typeof path === "string" ? path : null;
  } catch {
    return null;
  }
}
