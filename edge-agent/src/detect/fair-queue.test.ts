import type { Detection } from "@sentinel/protocol/detection";
import { expect, test } from "vitest";
import type { LiveFrame } from "../decode/live-frame.ts";
import { allocateFrame } from "../decode/rgb-frame.ts";
import { FairQueue } from "./fair-queue.ts";

/** A queue whose detections end when the test says so. */
function queueOf(slots: number) {
  const running: { name: string; finish: () => void; fail: () => void }[] = [];
  const started: string[] = [];
  const dropped: string[] = [];
  const released: string[] = [];
  const concluded: string[] = [];
  const failed: string[] = [];
  const nameOf = (frame: LiveFrame) => `${frame.cameraId}${frame.frameNumber}`;
  const queue = new FairQueue({
    slots,
    handler: {
      detect: (frame) =>
        new Promise<Detection[]>((resolve, reject) => {
          started.push(nameOf(frame));
          running.push({
            name: nameOf(frame),
            finish: () => resolve([]),
            fail: () => reject(new Error("worker died")),
          });
        }),
      conclude: async (frame) => void concluded.push(nameOf(frame)),
      dropped: (frame) => dropped.push(nameOf(frame)),
      failed: (frame) => failed.push(nameOf(frame)),
    },
  });
  const offer = (name: string, { capturedAt = 0, width = 2, height = 2 } = {}) =>
    queue.offer({
      cameraId: name.slice(0, 1),
      frameNumber: Number(name.slice(1)),
      capturedAt,
      picture: allocateFrame(width, height),
      release: () => released.push(name),
    });
  const settle = async (how: "finish" | "fail") => {
    running.shift()?.[how]();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { queue, offer, settle, started, dropped, released, concluded, failed };
}

test("the newest frame of a camera waits, older ones are dropped and released", async () => {
  const { offer, settle, started, dropped, released } = queueOf(1);
  for (const name of ["a0", "a1", "a2", "a3"]) offer(name);
  await settle("finish");
  expect(started).toEqual(["a0", "a3"]);
  expect(dropped).toEqual(["a1", "a2"]);
  expect(released).toEqual(["a1", "a2", "a0"]);
});

test("cameras take turns, however often one of them sends", async () => {
  const { offer, settle, started } = queueOf(1);
  for (let i = 0; i < 30; i++) {
    for (const name of ["a", "a", "a", "b", "c"]) offer(`${name}${i}`);
    await settle("finish");
  }
  const turns = Object.groupBy(started, (name) => name.slice(0, 1));
  for (const camera of ["a", "b", "c"]) {
    expect(turns[camera]?.length).toBeGreaterThanOrEqual(10);
    expect(turns[camera]?.length).toBeLessThanOrEqual(11);
  }
});

test("no more than the slots are under way, and one frame of each camera", async () => {
  const { offer, started, settle } = queueOf(2);
  for (const name of ["a0", "a1", "b0", "c0"]) offer(name);
  expect(started).toEqual(["a0", "b0"]);
  await settle("finish");
  expect(started).toHaveLength(3);
});

test("a detection that fails frees slot and frame, and the next one goes on", async () => {
  const { offer, settle, started, failed, released, concluded } = queueOf(1);
  offer("a0");
  offer("a1");
  await settle("fail");
  await settle("finish");
  expect({ started, failed, released, concluded }).toEqual({
    started: ["a0", "a1"],
    failed: ["a0"],
    released: ["a0", "a1"],
    concluded: ["a1"],
  });
});

test("stopping drops what waits, awaits what runs and takes nothing more", async () => {
  const { queue, offer, settle, started, released, concluded } = queueOf(1);
  offer("a0");
  offer("b0");
  const stopped = queue.stop(10_000);
  offer("c0");
  await settle("finish");
  await stopped;
  expect(started).toEqual(["a0"]);
  expect(concluded).toEqual(["a0"]);
  expect(released).toEqual(["b0", "c0", "a0"]);
});

test("a camera that went down leaves nothing waiting", async () => {
  const { queue, offer, settle, started, dropped } = queueOf(1);
  offer("a0");
  offer("b0");
  queue.clear("b");
  await settle("finish");
  expect(started).toEqual(["a0"]);
  expect(dropped).toEqual(["b0"]);
});

test("a camera is forgotten only when its frame under way is concluded", async () => {
  const { queue, offer, settle, dropped, released, concluded } = queueOf(1);
  for (const name of ["a0", "a1", "b0"]) offer(name);
  let isForgotten = false;
  const forgotten = queue.forget("a").then(() => {
    isForgotten = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(isForgotten).toBe(false);
  await settle("finish");
  await forgotten;
  expect(dropped).toEqual(["a1"]);
  expect(concluded).toEqual(["a0"]);
  await settle("finish");
  expect(concluded).toEqual(["a0", "b0"]);
  expect(released.toSorted()).toEqual(["a0", "a1", "b0"]);
});

test("a frame that is not answered when the queue must stop is given up", async () => {
  const { queue, offer, settle, released, concluded, failed } = queueOf(2);
  offer("a0");
  offer("b0");
  await queue.stop(20);
  await settle("finish");
  await settle("fail");
  expect({ concluded, failed }).toEqual({ concluded: [], failed: [] });
  expect(released).toEqual(["a0", "b0"]);
});

test("while the model is replaced frames wait up to ten seconds, in order, then give way", async () => {
  const { queue, offer, settle, started, dropped } = queueOf(1);
  queue.patient = true;
  for (const second of [0, 1, 2, 3, 11]) offer(`a${second}`, { capturedAt: second * 1000 });
  expect(dropped).toEqual([]);
  offer("a12", { capturedAt: 12_000 });
  expect(dropped).toEqual(["a1"]);
  queue.patient = false;
  await settle("finish");
  await settle("finish");
  expect(started).toEqual(["a0", "a2", "a3"]);
  offer("a13");
  expect(dropped).toEqual(["a1", "a11", "a12"]);
});

test("what waits while the model is replaced is bounded in bytes; the longest line gives way", () => {
  const { queue, offer, dropped } = queueOf(1);
  queue.patient = true;
  // Seven of them have less than 128 MiB, eight have more.
  const large = { width: 2400, height: 2400 };
  for (const name of ["a0", "a1", "b1", "a2", "a3", "b2", "c1", "d1"]) offer(name, large);
  expect(dropped).toEqual([]);
  for (const name of ["e1", "f1", "g1"]) offer(name, large);
  expect(dropped).toEqual(["a1", "a2", "b1"]);
  // One frame of each camera waits in any case.
  offer("h1", large);
  expect(dropped).toEqual(["a1", "a2", "b1"]);
});
