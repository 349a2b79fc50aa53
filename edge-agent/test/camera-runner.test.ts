import { readFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { ReportedCamera } from "@sentinel/protocol/status";
import { reportedCameraSchema } from "@sentinel/protocol/status";
import { expect, onTestFinished, test } from "vitest";
import { Backoff } from "../src/backoff.ts";
import { locateFfmpeg } from "../src/decode/ffmpeg-location.ts";
import { FaultLog } from "../src/fault-log.ts";
import { openLog } from "../src/log.ts";
import { CameraRunner } from "../src/source/camera-runner.ts";
import { TESTDATA } from "./test-data.ts";
import { makeVideo, temporaryFolder } from "./video-fixtures.ts";
import { waitUntil } from "./wait-until.ts";

/** Runs a camera with short pauses and keeps what it tells. */
async function runCamera(url: string) {
  const logged: string[] = [];
  const faults = new FaultLog(openLog("node", "info", { write: (line) => void logged.push(line) }));
  const reports: ReportedCamera[] = [];
  const numbers: number[] = [];
  let downs = 0;
  const runner = new CameraRunner({
    camera: { id: "gate-1", url, enabled: true },
    ffmpeg: await locateFfmpeg(),
    fps: 10,
    faults,
    backoff: new Backoff({ firstMs: 200, longestMs: 800 }),
    listener: {
      onFrame: (frame) => {
        numbers.push(frame.frameNumber);
        frame.release();
      },
      onDown: () => {
        downs += 1;
      },
      onChange: () => reports.push(reportedCameraSchema.parse(runner.report)),
    },
  });
  runner.start();
  onTestFinished(async () => {
    await runner.stop();
    faults.stop();
  });
  return { runner, reports, numbers, logged, downs: () => downs };
}

test("a camera that comes back is live again, counts its frames on and forgets the fault", async () => {
  const path = join(temporaryFolder(), "picture.jpg");
  makeVideo(path, "320x240", "-frames:v", "1");
  const jpeg = readFileSync(path);
  const viewers = new Set<ServerResponse>();
  let isOn = true;
  const server = createServer((_, response) => {
    if (!isOn) return void response.writeHead(503).end();
    response.writeHead(200, { "content-type": "multipart/x-mixed-replace; boundary=frame" });
    viewers.add(response);
  });
  const timer = setInterval(() => {
    for (const viewer of viewers) {
      viewer.write(`--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`);
      viewer.write(Buffer.concat([jpeg, Buffer.from("\r\n")]));
    }
  }, 50);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    clearInterval(timer);
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const camera = await runCamera(`http://user:secret@127.0.0.1:${port}/video?token=hidden`);
  expect(camera.runner.report).toMatchObject({ state: "connecting", fault: null, name: "gate-1" });
  await waitUntil("it is live", () => camera.runner.report.state === "live");
  await waitUntil("frames come", () => camera.numbers.length > 5);
  isOn = false;
  for (const viewer of viewers) viewer.destroy();
  viewers.clear();
  await waitUntil("it is down", () => camera.runner.report.state === "down");
  const { since, fault, nextAttemptAt } = camera.runner.report;
  expect(fault?.code).toBe("CAMERA_CLOSED");
  expect(nextAttemptAt).toBeGreaterThan(Date.now() - 1000);
  await waitUntil(
    "it was tried again",
    () => camera.runner.report.fault?.code === "CAMERA_UNREACHABLE",
  );
  expect(camera.runner.report).toMatchObject({ state: "down", since });
  isOn = true;
  await waitUntil("it is live again", () => camera.runner.report.state === "live");
  await waitUntil("frames come again", () => (camera.numbers.at(-1) ?? 0) > 8);
  expect(camera.runner.report).toMatchObject({
    fault: null,
    nextAttemptAt: null,
    width: 320,
    height: 240,
  });
  expect(camera.numbers).toEqual(camera.numbers.map((_, index) => index));
  expect(camera.downs()).toBeGreaterThanOrEqual(2);
  expect(JSON.stringify(camera.reports) + camera.logged.join("")).not.toMatch(/secret|hidden/);
});

test("pauses grow while a camera stays away, and a stop does not wait for them", async () => {
  const camera = await runCamera(join(TESTDATA, "bad", "videos", "random.mp4"));
  await waitUntil("it failed four times", () => camera.downs() >= 4);
  const attempts = camera.reports
    .filter(({ state }) => state === "down")
    .map(({ nextAttemptAt }) => nextAttemptAt ?? 0);
  const pauses = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
  expect(pauses.at(-1)).toBeGreaterThan(pauses[0] ?? 0);
  const stoppedAt = Date.now();
  await camera.runner.stop();
  expect(Date.now() - stoppedAt).toBeLessThan(500);
});
