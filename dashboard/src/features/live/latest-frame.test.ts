import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { LatestFrame } from "./latest-frame.ts";

interface TestFrame {
  frameNumber: number;
  capturedAt: number;
  damaged?: boolean;
}

function latest(decodeMs: number) {
  const shown: string[] = [];
  const discarded: string[] = [];
  const frames = new LatestFrame<TestFrame, string>(
    async (frame) => {
      await delay(decodeMs);
      if (frame.damaged) throw new Error("not a JPEG");
      return `picture ${frame.frameNumber}`;
    },
    (frame, picture) => shown.push(`${frame.frameNumber}: ${picture}`),
    (picture) => discarded.push(picture),
  );
  return { frames, shown, discarded };
}

const frame = (frameNumber: number, capturedAt = frameNumber * 100): TestFrame => ({
  frameNumber,
  capturedAt,
});

test("each frame is shown with its own picture", async () => {
  const { frames, shown } = latest(1);
  for (const number of [1, 2, 3]) {
    frames.push(frame(number));
    await delay(15);
  }
  expect(shown).toEqual(["1: picture 1", "2: picture 2", "3: picture 3"]);
});

test("while one is decoded only the newest waits", async () => {
  const { frames, shown } = latest(10);
  for (const number of [1, 2, 3, 4]) frames.push(frame(number));
  await delay(60);
  expect(shown).toEqual(["1: picture 1", "4: picture 4"]);
});

test("an older frame never replaces a newer one; an agent that starts again counts from 0", async () => {
  const { frames, shown } = latest(1);
  frames.push(frame(9, 900));
  frames.push(frame(8, 800));
  await delay(15);
  frames.push(frame(0, 1000));
  await delay(15);
  expect(shown).toEqual(["9: picture 9", "0: picture 0"]);
});

test("a damaged picture is left out and the next is shown", async () => {
  const { frames, shown } = latest(1);
  frames.push({ ...frame(1), damaged: true });
  await delay(10);
  frames.push(frame(2));
  await delay(15);
  expect(shown).toEqual(["2: picture 2"]);
});

test("after the stop nothing is shown and what was decoded is freed", async () => {
  const { frames, shown, discarded } = latest(10);
  frames.push(frame(1));
  frames.stop();
  frames.push(frame(2));
  await delay(40);
  expect(shown).toEqual([]);
  expect(discarded).toEqual(["picture 1"]);
});
