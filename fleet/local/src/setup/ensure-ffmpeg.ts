import { type FfmpegLocation, locateFfmpeg } from "@sentinel/edge-agent/decode/ffmpeg-location";
import { configuredFfmpeg } from "../config.ts";
import { canInstallPackages, installPackages, runs } from "./debian-packages.ts";

/**
 * Finds an ffmpeg that runs: FFMPEG_PATH, then PATH, then Debian's by apt where that needs no
 * question, then the static build from npm.
 * @throws CodedError FFMPEG_MISSING where none runs.
 */
export async function ensureFfmpeg(detail: (text: string) => void): Promise<FfmpegLocation> {
  const configured = configuredFfmpeg();
  if (configured === undefined && !runs("ffmpeg") && canInstallPackages()) {
    detail("installing by apt");
    await installPackages(["ffmpeg"]);
  }
  return locateFfmpeg(configured);
}
