import type { FfmpegLocation } from "../decode/ffmpeg-location.ts";
import { resolveHost } from "./resolve-host.ts";

/** How a camera is spoken to. */
export type SourceKind = "rtsp" | "hls" | "http" | "file";

/** What ffmpeg is told so that it reads a camera. */
export interface SourceInput {
  kind: SourceKind;
  /** What stands behind `-i`; it holds the camera's password. */
  input: string;
  /** What stands before `-i`. */
  options: readonly string[];
}

/** How long a socket may be silent before ffmpeg gives up. */
const SOCKET_TIMEOUT_US = 10_000_000;

/** The first version of ffmpeg in which RTSP's socket timeout is called `-timeout`. */
const TIMEOUT_FLAG_SINCE = 5;

/**
 * ffmpeg looks at five seconds of an RTSP stream before it gives the first frame; half a second of
 * analysis is enough for one video stream (measured: start in 1 s instead of 3.6 s).
 */
const FAST_START = ["-analyzeduration", "500000", "-probesize", "200000", "-fpsprobesize", "0"];

/**
 * What ffmpeg may open for each kind. A camera's answer can name other addresses (a playlist, a
 * redirect); none of them may lead to this machine's files or into other protocols.
 */
const PROTOCOLS: Readonly<Record<SourceKind, string>> = {
  rtsp: "rtsp,rtsps,rtp,srtp,tcp,tls,udp",
  hls: "http,https,tcp,tls,crypto,data,httpproxy",
  http: "http,https,tcp,tls,httpproxy",
  file: "file",
};

/** What kind of camera an address or path is. */
export function sourceKind(url: string): SourceKind {
  if (/^rtsps?:/i.test(url)) return "rtsp";
  if (!/^https?:/i.test(url)) return "file";
  return /\.m3u8$/i.test(new URL(url).pathname) ? "hls" : "http";
}

/**
 * What ffmpeg is told for a camera. A static build crashes on host names, so for it the name is
 * replaced by its address.
 *
 * @throws CAMERA_UNREACHABLE where the host name cannot be resolved.
 */
export async function sourceInput(
  url: string,
  ffmpeg: Pick<FfmpegLocation, "versionMajor" | "staticBuild">,
): Promise<SourceInput> {
  const kind = sourceKind(url);
  if (kind === "file") {
    // At the pace of its own clock and for ever, as a camera would.
    const options = ["-protocol_whitelist", PROTOCOLS.file, "-re", "-stream_loop", "-1"];
    return { kind, input: `file:${url}`, options };
  }
  const input = ffmpeg.staticBuild ? await resolveHost(url) : url;
  const timeout = String(SOCKET_TIMEOUT_US);
  const only = ["-protocol_whitelist", PROTOCOLS[kind]];
  if (kind === "rtsp") {
    const flag = ffmpeg.versionMajor >= TIMEOUT_FLAG_SINCE ? "-timeout" : "-stimeout";
    return {
      kind,
      input,
      options: [
        ...only,
        ...["-rtsp_transport", "tcp", flag, timeout, "-fflags", "nobuffer"],
        ...FAST_START,
      ],
    };
  }
  // HLS hands over whole segments at once: read at its own pace it is a camera again. The demuxer of
  // MJPEG invents 25 frames a second; the clock on the wall knows better.
  const pace = kind === "hls" ? ["-re"] : ["-use_wallclock_as_timestamps", "1"];
  return { kind, input, options: [...only, "-rw_timeout", timeout, ...pace] };
}
