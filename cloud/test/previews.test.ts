import { type Command, commandSchema } from "@sentinel/protocol/command";
import { previewTopic } from "@sentinel/protocol/topics";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectApi } from "./api-client.ts";
import { EdgeNode } from "./edge-node.ts";
import { type RunningCloud, startCloud } from "./running-cloud.ts";
import { TcpCut } from "./tcp-cut.ts";
import { waitUntil } from "./wait-until.ts";

let cloud: RunningCloud;
let node: EdgeNode;

beforeAll(async () => {
  cloud = await startCloud({ "node-a": "secret" });
  node = await EdgeNode.connect(cloud.mqttUrl, "node-a", "secret");
  await node.send("status", {
    online: true,
    nodeId: "node-a",
    at: Date.now(),
    agentVersion: "1",
    startedAt: 1,
    epoch: node.epoch,
    lastSeq: 0,
    model: null,
    cameras: ["gate-1", "yard", "slow-1"].map((cameraId) => ({
      cameraId,
      name: cameraId,
      state: "live",
      since: 1,
      fault: null,
      nextAttemptAt: null,
      width: 640,
      height: 480,
    })),
  });
  const { api, close } = connectApi(cloud.httpUrl);
  await waitUntil(async () => (await api.cameras.list.query()).length === 3);
  await close();
});
afterAll(async () => {
  await node.stop();
  await cloud.stop();
});

const watches = (): Command[] =>
  node.commands
    .map((command) => commandSchema.parse(command))
    .filter(({ type }) => type === "watch");

function show(cameraId: string, frameNumber: number, jpegBase64 = "/9j/4AAQ"): void {
  const frame = {
    cameraId,
    frameNumber,
    capturedAt: 1_000 + frameNumber,
    width: 640,
    height: 480,
    jpegBase64,
    detections: [{ classId: 0, className: "person", score: 0.9, box: [0.1, 0.1, 0.2, 0.2] }],
  };
  node.client.publish(previewTopic("node-a", cameraId), JSON.stringify(frame), { qos: 0 });
}

test("who watches makes the node send, is told frames with their boxes, and the watch is renewed", async () => {
  const { api, close } = connectApi(cloud.httpUrl);
  const frames: { cameraId: string; frameNumber: number; nodeId: string }[] = [];
  // Nobody reported "unheard-of": neither is the node asked for it, nor are the others refused for it.
  const keys = ["gate-1", "unheard-of", "yard"].map((cameraId) => ({ nodeId: "node-a", cameraId }));
  const before = Date.now();
  api.live.previews.subscribe({ cameras: keys }, { onData: (frame) => frames.push(frame) });
  await node.until(() => watches().length >= 1);
  const [watch] = watches();
  expect(watch).toMatchObject({ type: "watch", cameraIds: ["gate-1", "yard"] });
  expect((watch?.expiresAt ?? 0) - before).toBeGreaterThanOrEqual(15_000);
  await waitUntil(() => {
    show("gate-1", 1);
    return frames.length > 0;
  });
  expect(frames[0]).toEqual({
    nodeId: "node-a",
    cameraId: "gate-1",
    frameNumber: 1,
    capturedAt: 1_001,
    width: 640,
    height: 480,
    jpegBase64: "/9j/4AAQ",
    detections: [{ classId: 0, className: "person", score: 0.9, box: [0.1, 0.1, 0.2, 0.2] }],
  });
  show("other", 2);
  node.client.publish(previewTopic("node-a", "yard"), "not JSON", { qos: 0 });
  show("yard", 3);
  await waitUntil(() => frames.some(({ frameNumber }) => frameNumber === 3));
  expect(frames.some(({ cameraId }) => cameraId === "other")).toBe(false);
  await node.until(() => watches().length >= 2);
  await close();
  const asked = watches().length;
  await new Promise((resolve) => setTimeout(resolve, 5_500));
  expect(watches().length).toBe(asked);
});

test("a client that does not read is sent the newest frame later, not all of them", async () => {
  const line = new TcpCut(cloud.httpUrl);
  const { api, close } = connectApi(`http://127.0.0.1:${await line.join()}`);
  const frames: number[] = [];
  const camera = { nodeId: "node-a", cameraId: "slow-1" };
  api.live.previews.subscribe(
    { cameras: [camera] },
    { onData: ({ frameNumber }) => frames.push(frameNumber) },
  );
  await waitUntil(() => {
    show("slow-1", 0);
    return frames.length > 0;
  });
  line.hold();
  const picture = "A".repeat(400_000);
  for (let frameNumber = 1; frameNumber <= 200; frameNumber += 1) {
    show("slow-1", frameNumber, picture);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  line.release();
  await waitUntil(() => frames.at(-1) === 200);
  const late = frames.filter((frameNumber) => frameNumber > 0);
  expect(late.length).toBeLessThan(60);
  expect(late).toEqual(late.toSorted((a, b) => a - b));
  await close();
  await line.cut();
});
