import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { basename, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { locateFfmpeg } from "../src/decode/ffmpeg-location.ts";
import { LiveDecoder } from "../src/decode/live-decoder.ts";
import type { RgbFrame } from "../src/decode/rgb-frame.ts";
import { sourceInput } from "../src/source/camera-source.ts";
import { TESTDATA } from "./test-data.ts";
import { makeVideo, temporaryFolder } from "./video-fixtures.ts";

const testData = (name: string) => join(TESTDATA, name);

interface Watched {
  code: string | null;
  message: string | null;
  frames: number;
  at: number[];
  sizes: [number, number][];
  source: [number, number] | null;
}

/** Watches a camera until it fails, or until it has given so many frames. */
async function watch(
  url: string,
  options: { fps?: number; enough?: number; stalledMs?: number; looped?: boolean } = {},
): Promise<Watched> {
  const location = await locateFfmpeg();
  const source = await sourceInput(url, location);
  const stop = new AbortController();
  const seen: Watched = { code: null, message: null, frames: 0, at: [], sizes: [], source: null };
  const fault = await new LiveDecoder(location, { stalledMs: options.stalledMs ?? 20_000 }).run(
    {
      input: source.input,
      options: options.looped === false ? [] : source.options,
      fps: options.fps ?? 5,
    },
    {
      onFrame: (picture: RgbFrame, capturedAt, release) => {
        seen.frames += 1;
        seen.at.push(capturedAt);
        seen.sizes.push([picture.width, picture.height]);
        release();
        if (seen.frames >= (options.enough ?? 1000)) stop.abort();
      },
      onStream: ({ width, height }) => {
        seen.source = [width, height];
      },
    },
    stop.signal,
  );
  return { ...seen, code: fault?.code ?? null, message: fault?.message ?? null };
}

async function serve(handle: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://user:secret@127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function serveTcp(handle: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    handle(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a file is played at its own pace, thinned to the frames asked for", async () => {
  const seen = await watch(testData("clips/opencv-vtest.avi"), { fps: 3, enough: 9 });
  expect(seen).toMatchObject({ code: null, frames: 9, source: [768, 576] });
  const [first = 0] = seen.at;
  const seconds = ((seen.at.at(-1) ?? 0) - first) / 1000;
  expect(seconds).toBeGreaterThan(2.2);
  expect(seconds).toBeLessThan(3.6);
});

test("frames are never made up: a camera of 10 a second gives 10 where 30 are asked for", async () => {
  const seen = await watch(testData("clips/opencv-vtest.avi"), { fps: 30, enough: 20 });
  const seconds = ((seen.at.at(-1) ?? 0) - (seen.at[0] ?? 0)) / 1000;
  expect(seconds).toBeGreaterThan(1.6);
});

test("large frames are made smaller, to 1280 on the long side", async () => {
  const path = join(temporaryFolder(), "tall.mp4");
  makeVideo(path, "1080x1920");
  expect(await watch(path, { enough: 1 })).toMatchObject({
    source: [1080, 1920],
    sizes: [[720, 1280]],
  });
});

test.each([
  ["empty.mp4", "CAMERA_NOT_VIDEO"],
  ["random.mp4", "CAMERA_NOT_VIDEO"],
  ["audio-only.mp4", "CAMERA_NO_VIDEO_STREAM"],
])("bad video %s is %s", async (name, code) => {
  expect(await watch(testData(`bad/videos/${name}`))).toMatchObject({ code, frames: 0 });
});

test.each(["truncated.mp4", "corrupt-slices.mp4", "no-moov.mp4", "resolution-changes.ts"])(
  "bad video %s gives the frames that it holds, then says that it ended",
  async (name) => {
    const seen = await watch(testData(`bad/videos/${name}`), { looped: false });
    expect(seen.code).toBe("CAMERA_CLOSED");
    expect(seen.frames).toBeGreaterThan(0);
    expect(new Set(seen.sizes.map(String)).size).toBe(1);
  },
);

test("a damaged file goes on round after round", async () => {
  expect(await watch(testData("bad/videos/truncated.mp4"), { fps: 12, enough: 20 })).toMatchObject({
    code: null,
    frames: 20,
  });
});

test("frames of 8K are refused with the way out", async () => {
  const path = join(temporaryFolder(), "8k.mp4");
  makeVideo(path, "7680x4320", "-frames:v", "2", "-c:v", "mpeg4");
  const seen = await watch(path);
  expect(seen).toMatchObject({ code: "CAMERA_FRAME_SIZE", frames: 0 });
  expect(seen.message).toContain("7680x4320; up to 4096x4096 can be watched: use its substream");
});

test("frames of 0x0 are refused", async () => {
  const path = join(temporaryFolder(), "zero.avi");
  makeVideo(path, "64x48", "-c:v", "rawvideo", "-pix_fmt", "yuv420p");
  const bytes = readFileSync(path);
  // biWidth and biHeight of BITMAPINFOHEADER, which begins 8 bytes after its chunk's name.
  bytes.fill(0, bytes.indexOf("strf") + 12, bytes.indexOf("strf") + 20);
  writeFileSync(path, bytes);
  const expected = { code: "CAMERA_FRAME_SIZE", frames: 0 };
  expect(await watch(path, { looped: false })).toMatchObject(expected);
  expect(await watch(path, { stalledMs: 2000 })).toMatchObject(expected);
});

test.each([401, 403])("a camera that answers %i is CAMERA_AUTH_FAILED", async (status) => {
  const url = await serve((_, response) => response.writeHead(status).end());
  const seen = await watch(`${url}/video.mjpg?token=hidden`);
  expect(seen.code).toBe("CAMERA_AUTH_FAILED");
  expect(seen.message).not.toMatch(/secret|hidden/);
});

test("a camera whose RTSP password is wrong is CAMERA_AUTH_FAILED", async () => {
  const address = await serveTcp((socket) => {
    socket.on("data", (data) => {
      const sequence = /CSeq: (\d+)/.exec(data.toString())?.[1];
      const isOptions = data.toString().startsWith("OPTIONS");
      const status = isOptions ? "200 OK" : "401 Unauthorized";
      const challenge = isOptions ? "" : 'WWW-Authenticate: Basic realm="cam"\r\n';
      socket.write(`RTSP/1.0 ${status}\r\nCSeq: ${sequence}\r\n${challenge}\r\n`);
    });
  });
  const seen = await watch(`rtsp://admin:wrong-pass@${address}/main`);
  expect(seen.code).toBe("CAMERA_AUTH_FAILED");
  expect(seen.message).not.toContain("wrong-pass");
});

test("a page that is not video is CAMERA_NOT_VIDEO", async () => {
  const url = await serve((_, response) =>
    response.end("<html>Welcome to your camera</html>".repeat(200)),
  );
  expect(await watch(`${url}/index`)).toMatchObject({ code: "CAMERA_NOT_VIDEO" });
});

test("nothing at the address, no such path, no such file: CAMERA_UNREACHABLE", async () => {
  const url = await serve((_, response) => response.writeHead(404).end());
  expect(await watch("rtsp://u:p@127.0.0.1:9/x")).toMatchObject({ code: "CAMERA_UNREACHABLE" });
  expect(await watch(`${url}/x.mjpg`)).toMatchObject({ code: "CAMERA_UNREACHABLE" });
  expect(await watch("/nonexistent/clip.mp4")).toMatchObject({ code: "CAMERA_UNREACHABLE" });
});

test("a camera that closes mid-stream is CAMERA_CLOSED", async () => {
  const path = join(temporaryFolder(), "live.ts");
  makeVideo(path, "320x240", "-c:v", "mpeg2video", "-f", "mpegts");
  const bytes = readFileSync(path);
  const url = await serve((_, response) => {
    response.writeHead(200, { "content-type": "video/mp2t", "content-length": bytes.length });
    response.write(bytes.subarray(0, bytes.length / 2), () =>
      setTimeout(() => response.destroy(), 300),
    );
  });
  const seen = await watch(`${url}/live.ts`);
  expect(seen.code).toBe("CAMERA_CLOSED");
  expect(seen.frames).toBeGreaterThan(0);
});

test("MJPEG over HTTP is read, and a camera that falls silent is CAMERA_STALLED", async () => {
  const path = join(temporaryFolder(), "picture.jpg");
  makeVideo(path, "320x240", "-frames:v", "1");
  const jpeg = readFileSync(path);
  let sent = 0;
  const url = await serve((_, response) => {
    response.writeHead(200, { "content-type": "multipart/x-mixed-replace; boundary=frame" });
    const timer = setInterval(() => {
      sent += 1;
      if (sent > 30) return clearInterval(timer);
      response.write(
        `--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`,
      );
      response.write(jpeg);
      response.write("\r\n");
    }, 50);
    response.on("close", () => clearInterval(timer));
  });
  const seen = await watch(`${url}/video`, { fps: 10, stalledMs: 3000 });
  expect(seen).toMatchObject({ code: "CAMERA_STALLED", source: [320, 240] });
  expect(seen.frames).toBeGreaterThan(3);
  expect(seen.frames).toBeLessThan(26);
});

test("HLS is read at its own pace, although its segments come at once", async () => {
  const folder = temporaryFolder();
  makeVideo(join(folder, "live.m3u8"), "320x240", "-c:v", "libx264", "-g", "10", "-hls_time", "1");
  const url = await serve((request, response) => {
    response.end(readFileSync(join(folder, basename(request.url ?? ""))));
  });
  const seen = await watch(`${url}/live.m3u8`, { fps: 10 });
  expect(seen).toMatchObject({ code: "CAMERA_CLOSED", source: [320, 240], frames: 20 });
  expect((seen.at.at(-1) ?? 0) - (seen.at[0] ?? 0)).toBeGreaterThan(1500);
});

test("a playlist cannot make the agent read its own files", async () => {
  const secret = join(temporaryFolder(), "private.ts");
  makeVideo(secret, "320x240", "-c:v", "mpeg2video", "-f", "mpegts");
  const playlist = `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile://${secret}\n#EXT-X-ENDLIST\n`;
  const url = await serve((_, response) => response.end(playlist));
  const seen = await watch(`${url}/live.m3u8`, { stalledMs: 5000 });
  expect(seen.frames).toBe(0);
  expect(seen.code).not.toBeNull();
});

test("a camera that takes the connection and says nothing is CAMERA_STALLED", async () => {
  const address = await serveTcp(() => undefined);
  expect(await watch(`rtsp://${address}/x`, { stalledMs: 1500 })).toMatchObject({
    code: "CAMERA_STALLED",
    frames: 0,
  });
});

test("a decoder that cannot be run is CAMERA_DECODER_FAILED", async () => {
  const location = { path: "/nonexistent/ffmpeg", versionMajor: 5, staticBuild: false };
  const fault = await new LiveDecoder(location).run(
    { input: "file:/x.mp4", options: [], fps: 3 },
    { onFrame: () => undefined, onStream: () => undefined },
    new AbortController().signal,
  );
  expect(fault).toMatchObject({ code: "CAMERA_DECODER_FAILED" });
});

test("an abort ends it at once and leaves no ffmpeg behind", async () => {
  const clip = testData("clips/opencv-vtest.avi");
  const startedAt = Date.now();
  await watch(clip, { enough: 1 });
  expect(Date.now() - startedAt).toBeLessThan(5000);
  expect(childrenOfThisProcess()).not.toContain("ffmpeg");
});

function childrenOfThisProcess(): string[] {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, "utf8").trim();
  return children
    .split(" ")
    .filter((pid) => pid !== "")
    .map((pid) => readFileSync(`/proc/${pid}/comm`, "utf8").trim());
}
