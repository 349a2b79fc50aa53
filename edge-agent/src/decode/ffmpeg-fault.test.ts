import { expect, test } from "vitest";
import { FfmpegEar } from "./ffmpeg-fault.ts";

/** Lines as ffmpeg 4.1 and 5.1 wrote them. */
const HEARD: [lines: string[], code: string, message: string][] = [
  [
    [
      "[tcp @ 0x56263c683840] [error] Connection to tcp://127.0.0.1:9?timeout=2000000 failed: Connection refused",
      "[error] rtsp://user:secret@127.0.0.1:9/x: Connection refused",
    ],
    "CAMERA_UNREACHABLE",
    "rtsp://***@127.0.0.1:9/***: Connection refused",
  ],
  [
    [
      "[tcp @ 0x5] [error] Failed to resolve hostname nohost.invalid: Name or service not known",
      "[error] rtsp://nohost.invalid/x: Input/output error",
    ],
    "CAMERA_UNREACHABLE",
    "Failed to resolve hostname nohost.invalid: Name or service not known",
  ],
  [
    [
      "[rtsp @ 0x5] [error] method DESCRIBE failed: 401 Unauthorized",
      "[error] rtsp://u:p@h/x: Server returned 401 Unauthorized (authorization failed)",
    ],
    "CAMERA_AUTH_FAILED",
    "rtsp://***@h/***: Server returned 401 Unauthorized (authorization failed)",
  ],
  [
    [
      "[rtsp @ 0x5] [error] method DESCRIBE failed: 404 Stream Not Found",
      "[error] rtsp://h/x: Server returned 404 Not Found",
    ],
    "CAMERA_UNREACHABLE",
    "rtsp://h/***: Server returned 404 Not Found",
  ],
  [
    [
      "[mov @ 0x5] [error] moov atom not found",
      "[error] random.mp4: Invalid data found when processing input",
    ],
    "CAMERA_NOT_VIDEO",
    "random.mp4: Invalid data found when processing input",
  ],
  [
    [
      "[fatal] Stream map '0:v:0' matches no streams.",
      "To ignore this, add a trailing '?' to the map.",
    ],
    "CAMERA_NO_VIDEO_STREAM",
    "the stream holds sound but no pictures",
  ],
  [
    [
      "[rtsp @ 0x5] [warning] Could not find codec parameters for stream 0 (Video: h264, none): unspecified size",
      "[error] Error opening filters!",
    ],
    "CAMERA_FRAME_SIZE",
    "the camera's frames have no size that can be watched: Could not find codec parameters for stream 0 (Video: h264, none): unspecified size",
  ],
  [[], "CAMERA_CLOSED", "the stream ended before its first frame"],
  [
    ["[fatal] Unrecognized option 'x'."],
    "CAMERA_DECODER_FAILED",
    "ffmpeg ended: Unrecognized option 'x'.",
  ],
];

test.each(HEARD)("%j", (lines, code, message) => {
  const ear = new FfmpegEar();
  for (const line of lines) ear.hear(line);
  expect(ear.fault(false)).toMatchObject({ code, message });
});

test("a stream that gave frames was closed, whatever is said of its end", () => {
  const ear = new FfmpegEar();
  ear.hear("[error] Error while decoding stream #0:0: Invalid data found when processing input");
  expect(ear.fault(true)).toMatchObject({ code: "CAMERA_CLOSED" });
});

test("the size is the input's, also where brackets and codes stand before it", () => {
  const ear = new FfmpegEar();
  ear.hear(
    "[info]   Stream #0:0[0x1](eng): Video: h264 (Baseline) (avc1 / 0x31637661), yuv420p(tv, smpte170m, progressive), 768x432, 614 kb/s, 12.50 fps",
  );
  ear.hear("[info] Output #0, image2pipe, to 'pipe:':");
  ear.hear("[info]   Stream #0:0: Video: ppm, rgb24, 320x240, q=2-31, 200 kb/s");
  expect(ear.stream).toMatchObject({ width: 768, height: 432 });
  expect(ear.sizeFault()).toBeNull();
});

test.each(["7680x4320", "0x0", "4097x16"])("frames of %s are refused with the way out", (size) => {
  const ear = new FfmpegEar();
  ear.hear(`[info]   Stream #0:0: Video: hevc (Main), yuv420p(tv), ${size}, 25 fps`);
  expect(ear.sizeFault()).toMatchObject({ code: "CAMERA_FRAME_SIZE" });
  expect(ear.sizeFault()?.message).toContain(
    `${size}; up to 4096x4096 can be watched: use its substream`,
  );
});

test("the cause is remembered over thousands of lines that follow from it", () => {
  const ear = new FfmpegEar();
  ear.hear("[avi @ 0x5] [warning] Could not find codec parameters for stream 0: unspecified size");
  for (let i = 0; i < 10_000; i++) ear.hear("[rawvideo @ 0x5] [error] width is not set");
  expect(ear.fault(false)).toMatchObject({ code: "CAMERA_FRAME_SIZE" });
});
