import type { H264Clip } from "./h264-clip.ts";
import { CLOCK_HZ, PAYLOAD_TYPE } from "./rtp-packetizer.ts";

/** Name of the only track, below the camera's address. */
export const TRACK = "trackID=0";

/** The session description (RFC 8866) of a camera, with H.264's parameters as in RFC 6184 section 8.2. */
export function describeSession(cameraId: string, clip: H264Clip, fps: number): string {
  const profileLevelId = clip.sps.subarray(1, 4).toString("hex").toUpperCase();
  const parameterSets = `${clip.sps.toString("base64")},${clip.pps.toString("base64")}`;
  return [
    "v=0",
    "o=- 1 1 IN IP4 127.0.0.1",
    `s=${cameraId}`,
    "c=IN IP4 0.0.0.0",
    "t=0 0",
    "a=control:*",
    "a=range:npt=now-",
    `m=video 0 RTP/AVP ${PAYLOAD_TYPE}`,
    `a=rtpmap:${PAYLOAD_TYPE} H264/${CLOCK_HZ}`,
    `a=fmtp:${PAYLOAD_TYPE} packetization-mode=1;profile-level-id=${profileLevelId};sprop-parameter-sets=${parameterSets}`,
    `a=framerate:${fps}`,
    `a=control:${TRACK}`,
    "",
  ].join("\r\n");
}
