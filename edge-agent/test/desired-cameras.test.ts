import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { DesiredCamera } from "@sentinel/protocol/desired";
import { expect, test } from "vitest";
import { AgentProcess } from "./agent-process.ts";
import { TestBroker } from "./test-broker.ts";
import { TESTDATA, YOLOX_NANO_FILE } from "./test-data.ts";
import { temporaryFolder } from "./video-fixtures.ts";
import { waitUntil } from "./wait-until.ts";

const CLIP = join(TESTDATA, "clips", "opencv-vtest.avi");
const CARS = join(TESTDATA, "clips", "intel-car-detection.mp4");

function configOf(broker: TestBroker) {
  return {
    nodeId: broker.nodeId,
    dataDir: "data",
    broker: { url: broker.url },
    model: YOLOX_NANO_FILE,
    detectWorkers: 1,
    cameras: [
      { id: "square", name: "Square", url: CLIP },
      { id: "yard", url: CLIP },
    ],
  };
}

function want(cameraId: string, changes: Partial<DesiredCamera> = {}): DesiredCamera {
  return { cameraId, name: cameraId, url: null, enabled: true, deleted: false, ...changes };
}

const camerasOf = (broker: TestBroker) =>
  broker.status?.cameras.map(({ cameraId, name, state }) => `${cameraId} ${name} ${state}`).sort();

test("cameras come, go and change at run time, the others are not touched, and a restart keeps them", async () => {
  const broker = await TestBroker.start();
  const [folder, config] = [temporaryFolder(), configOf(broker)];
  const agent = new AgentProcess(folder, config);
  await agent.ready();
  const all = (state: string) => broker.status?.cameras.every((camera) => camera.state === state);
  await waitUntil("both are live", () => broker.status?.cameras.length === 2 && !!all("live"));
  const since = broker.status?.cameras.find(({ cameraId }) => cameraId === "square")?.since;
  const ffmpegs = agent.ffmpegs();
  expect(broker.status?.cameraReport).toBeNull();
  await waitUntil("a track of the yard is open", () =>
    broker.rows.some(({ row }) => row.kind === "began" && row.cameraId === "yard"),
  );
  broker.desire({
    cameraRevision: 3,
    cameras: [
      want("square", { name: "Main square" }),
      want("yard", { enabled: false }),
      want("cars", { url: CARS }),
      want("roof", { url: "ftp://cam/x" }),
    ],
  });
  await waitUntil("the new one is live", () => camerasOf(broker)?.[0] === "cars cars live", 40_000);
  expect(camerasOf(broker)).toEqual(["cars cars live", "square Main square live"]);
  expect(broker.status?.cameraReport).toMatchObject({
    revision: 3,
    refused: [{ cameraId: "roof", fault: { code: "CAMERA_SETTINGS_REFUSED" } }],
  });
  const square = broker.status?.cameras.find(({ cameraId }) => cameraId === "square");
  expect(square?.since).toBe(since);
  expect(agent.ffmpegs().filter((pid) => ffmpegs.includes(pid))).toHaveLength(1);
  expect(agent.ffmpegs()).toHaveLength(2);
  await waitUntil("the yard's tracks ended", () =>
    broker.rows.some(
      ({ row }) =>
        row.kind === "ended" && row.cameraId === "yard" && row.endReason === "camera-down",
    ),
  );
  const { port } = broker;
  agent.kill("SIGKILL");
  await agent.exited;
  await broker.stop();
  const second = new AgentProcess(folder, config);
  await second.ready();
  await waitUntil("two ffmpegs run without a cloud", () => second.ffmpegs().length === 2);
  const again = await TestBroker.start(broker.nodeId, port);
  await waitUntil("it is online", () => again.status !== null);
  expect(again.status?.cameras.map(({ cameraId }) => cameraId).sort()).toEqual(["cars", "square"]);
  expect(again.status?.cameraReport?.revision).toBe(3);
  again.desire({ cameraRevision: 4, cameras: [want("square", { deleted: true })] });
  await waitUntil("the yard is back", () => camerasOf(again)?.join() === "yard yard live", 40_000);
  second.kill("SIGTERM");
  expect(await second.exited).toEqual({ code: 0, signal: null });
});

test("an address is looked at, without keeping it", async () => {
  const broker = await TestBroker.start();
  const agent = new AgentProcess(temporaryFolder(), { ...configOf(broker), cameras: [] });
  await agent.ready();
  await waitUntil("it is online", () => broker.status !== null);
  const probe = (url: string) => {
    const id = randomUUID();
    broker.command({ id, type: "probe-camera", url, expiresAt: Date.now() + 60_000 });
    return id;
  };
  const asked = [
    probe(CLIP),
    probe("rtsp://user:hunter2@127.0.0.1:9/x"),
    probe(join(TESTDATA, "bad", "videos", "audio-only.mp4")),
  ];
  const replyTo = (id: string | undefined) => broker.replies.find((reply) => reply.id === id);
  await waitUntil("they are answered", () => asked.every((id) => replyTo(id)), 40_000);
  expect(replyTo(asked[0])).toMatchObject({
    type: "probe-camera",
    fault: null,
    probe: { width: 768, height: 576, codec: "msmpeg4v3", fps: 10 },
  });
  expect(replyTo(asked[1])).toMatchObject({ fault: { code: "CAMERA_UNREACHABLE" }, probe: null });
  expect(replyTo(asked[2])).toMatchObject({ fault: { code: "CAMERA_NO_VIDEO_STREAM" } });
  const bad = probe("file:///etc/passwd");
  const many = Array.from({ length: 4 }, () => probe(CLIP));
  await waitUntil("all are answered", () => [bad, ...many].every((id) => replyTo(id)), 40_000);
  expect(replyTo(bad)).toMatchObject({ fault: { code: "CAMERA_SETTINGS_REFUSED" } });
  expect(many.map((id) => replyTo(id)?.fault?.code)).toContain("CAMERA_PROBE_BUSY");
  expect(broker.status?.cameras).toEqual([]);
  expect(JSON.stringify(broker.replies) + agent.stderr).not.toContain("hunter2");
});
