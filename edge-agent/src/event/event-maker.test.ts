import { createHash } from "node:crypto";
import { type TrackRow, trackRowSchema } from "@sentinel/protocol/event-batch";
import sharp from "sharp";
import { expect, test } from "vitest";
import type { LiveFrame } from "../decode/live-frame.ts";
import { allocateFrame } from "../decode/rgb-frame.ts";
import { FaultLog } from "../fault-log.ts";
import { openLog } from "../log.ts";
import type { Track } from "../track/tracker.ts";
import { EventMaker } from "./event-maker.ts";

const DIGEST = "d".repeat(64);

/** A frame of noise, which is sharp everywhere. */
function frame(capturedAt: number): LiveFrame {
  const picture = allocateFrame(640, 360);
  for (let i = 0; i < picture.data.length; i++) picture.data[i] = (i * 7919) % 251;
  return { cameraId: "gate-1", frameNumber: 0, capturedAt, picture, release: () => undefined };
}

function track(changes: Partial<Track> = {}): Track {
  return {
    id: 1,
    classId: 0,
    className: "person",
    box: [0.4, 0.4, 0.1, 0.2],
    score: 0.5,
    startedAt: 1000,
    lastSeenAt: 1300,
    frames: 2,
    ...changes,
  };
}

function maker() {
  const written: { row: TrackRow; jpeg: Uint8Array | null }[] = [];
  const faults = new FaultLog(openLog("node", "error"));
  const events = new EventMaker({
    cameraId: "gate-1",
    write: (entry) => written.push(entry),
    faults,
  });
  return { written, events };
}

test("an event begins, improves and ends; rows fit the protocol and share one id", async () => {
  const { written, events } = maker();
  await events.frame(frame(1300), { seen: [track()], ended: [] }, DIGEST);
  await events.frame(
    frame(2400),
    { seen: [track({ score: 0.9, lastSeenAt: 2400, frames: 5 })], ended: [] },
    DIGEST,
  );
  await events.frame(
    frame(5000),
    { seen: [], ended: [track({ lastSeenAt: 2700, frames: 6 })] },
    DIGEST,
  );
  expect(written.map(({ row }) => trackRowSchema.parse(row))).toMatchObject([
    { kind: "began", score: 0.5, capturedAt: 1300, startedAt: 1000, endedAt: null, frames: 2 },
    { kind: "improved", score: 0.9, capturedAt: 2400, startedAt: 1000, frames: 5 },
    { kind: "ended", score: 0.9, capturedAt: 2700, endedAt: 2700, endReason: "left", frames: 6 },
  ]);
  expect(new Set(written.map(({ row }) => row.eventId)).size).toBe(1);
  expect(written[2]?.row.snapshot).toEqual(written[1]?.row.snapshot);
  expect(written.map(({ jpeg }) => jpeg !== null)).toEqual([true, true, false]);
});

test("the snapshot is what its row says: hash, size, and the crop with context", async () => {
  const { written, events } = maker();
  await events.frame(frame(1300), { seen: [track()], ended: [] }, DIGEST);
  const [began] = written;
  const snapshot = began?.row.snapshot;
  const jpeg = began?.jpeg ?? new Uint8Array();
  expect(snapshot?.sha256).toBe(createHash("sha256").update(jpeg).digest("hex"));
  expect(snapshot?.sizeBytes).toBe(jpeg.length);
  const { width, height, format } = await sharp(jpeg).metadata();
  expect({ width, height, format }).toEqual({ width: 160, height: 160, format: "jpeg" });
  // 64x72 pixels with a quarter on each side is less than 160: centred on the box instead.
  expect(snapshot?.crop).toEqual([208 / 640, 100 / 360, 160 / 640, 160 / 360]);
});

test("a snapshot that is hardly better writes nothing; a better one waits for the second to be over", async () => {
  const { written, events } = maker();
  await events.frame(frame(1300), { seen: [track()], ended: [] }, DIGEST);
  await events.frame(frame(1700), { seen: [track({ score: 0.56 })], ended: [] }, DIGEST);
  await events.frame(frame(2000), { seen: [track({ score: 0.95 })], ended: [] }, DIGEST);
  await events.frame(frame(2200), { seen: [track({ score: 0.7 })], ended: [] }, DIGEST);
  expect(written.map(({ row }) => row.kind)).toEqual(["began"]);
  await events.frame(frame(2400), { seen: [track({ score: 0.56 })], ended: [] }, DIGEST);
  await events.frame(frame(3600), { seen: [track({ score: 0.96 })], ended: [] }, DIGEST);
  expect(written.map(({ row }) => [row.kind, row.score, row.capturedAt])).toEqual([
    ["began", 0.5, 1300],
    ["improved", 0.95, 2000],
  ]);
});

test("a track that ends within the second brings its best snapshot first", async () => {
  const { written, events } = maker();
  await events.frame(frame(1300), { seen: [track()], ended: [] }, DIGEST);
  await events.frame(frame(1600), { seen: [track({ score: 0.9 })], ended: [] }, DIGEST);
  await events.end([track({ lastSeenAt: 1900 })], "left");
  expect(written.map(({ row, jpeg }) => [row.kind, row.score, jpeg !== null])).toEqual([
    ["began", 0.5, true],
    ["improved", 0.9, true],
    ["ended", 0.9, false],
  ]);
  expect(written[2]?.row.snapshot).toEqual(written[1]?.row.snapshot);
});

test("the best score is kept, also of a frame whose picture is worse", async () => {
  const { written, events } = maker();
  await events.frame(frame(1300), { seen: [track()], ended: [] }, DIGEST);
  const far = track({ score: 0.92, box: [0.4, 0.4, 0.01, 0.02] });
  await events.frame(frame(2600), { seen: [far], ended: [] }, DIGEST);
  await events.end([track()], "left");
  expect(written.map(({ row }) => [row.kind, row.score])).toEqual([
    ["began", 0.5],
    ["ended", 0.92],
  ]);
});

test("a track whose score was never high makes no event, also when it ends", async () => {
  const { written, events } = maker();
  await events.frame(frame(1300), { seen: [track({ score: 0.39 })], ended: [] }, DIGEST);
  await events.frame(frame(4000), { seen: [], ended: [track()] }, DIGEST);
  expect(written).toEqual([]);
});

test("an end that comes while a snapshot is encoded is written after it", async () => {
  const { written, events } = maker();
  const began = events.frame(frame(1300), { seen: [track()], ended: [] }, DIGEST);
  const ended = events.end([track()], "camera-down");
  await Promise.all([began, ended]);
  expect(written.map(({ row }) => [row.kind, row.endReason])).toEqual([
    ["began", null],
    ["ended", "camera-down"],
  ]);
});
