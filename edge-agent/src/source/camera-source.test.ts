import { expect, test } from "vitest";
import { sourceInput, sourceKind } from "./camera-source.ts";

const NEW = { versionMajor: 5, staticBuild: false };
const OLD_STATIC = { versionMajor: 4, staticBuild: true };

test.each([
  ["rtsp://cam/main", "rtsp"],
  ["RTSPS://cam/main", "rtsp"],
  ["http://cam/live/index.m3u8?token=1", "hls"],
  ["https://cam/video.mjpg", "http"],
  ["/srv/clips/gate.mp4", "file"],
] as const)("%s is %s", (url, kind) => {
  expect(sourceKind(url)).toBe(kind);
});

test("RTSP goes over TCP with the timeout flag of the version", async () => {
  const { options, input } = await sourceInput("rtsp://u:p@10.0.0.7:8554/main", NEW);
  expect(input).toBe("rtsp://u:p@10.0.0.7:8554/main");
  expect(options.join(" ")).toMatch(/ -rtsp_transport tcp -timeout 10000000 /);
  const old = await sourceInput("rtsp://u:p@10.0.0.7:8554/main", OLD_STATIC);
  expect(old.options.join(" ")).toMatch(/ -rtsp_transport tcp -stimeout 10000000 /);
});

test("a static build gets addresses instead of host names, and keeps all else", async () => {
  const { input } = await sourceInput("rtsp://u:p%40x@localhost:8554/a?b=c@d", OLD_STATIC);
  expect(input).toBe("rtsp://u:p%40x@127.0.0.1:8554/a?b=c@d");
});

test("a host name that does not exist is a fault that shows no password", async () => {
  await expect(
    sourceInput("rtsp://u:secret@no-such-host.invalid/x", OLD_STATIC),
  ).rejects.toMatchObject({
    code: "CAMERA_UNREACHABLE",
    message:
      "rtsp://***@no-such-host.invalid/***: the host name no-such-host.invalid cannot be resolved",
  });
});

test("a file is played at its own pace for ever, whatever its name looks like", async () => {
  expect(await sourceInput("/srv/-i/concat:a|b.mp4", NEW)).toEqual({
    kind: "file",
    input: "file:/srv/-i/concat:a|b.mp4",
    options: ["-protocol_whitelist", "file", "-re", "-stream_loop", "-1"],
  });
});
