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
  const offer = (name: string) =>
    queue.offer({
      cameraId: name.slice(0, 1),
      frameNumber: Number(name.slice(1)),
      capturedAt: 0,
      picture: allocateFrame(2, 2),
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
  const stopped = queue.stop();
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

test("while the model is replaced frames wait, in order, before they give way", async () => {
  const { queue, offer, settle, started, dropped } = queueOf(1);
  queue.patient = true;
  for (const name of ["a0", "a1", "a2", "a3", "a4"]) offer(name);
  expect(dropped).toEqual([]);
  offer("a5");
  expect(dropped).toEqual(["a1"]);
  queue.patient = false;
  await settle("finish");
  await settle("finish");
  expect(started).toEqual(["a0", "a2", "a3"]);
  offer("a6");
  expect(dropped).toEqual(["a1", "a4", "a5"]);
});
