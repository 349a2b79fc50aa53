import { expect, test } from "vitest";
import { ServerClock } from "./server-clock.ts";

test("the clock follows the cloud's, half way between question and answer", () => {
  const clock = new ServerClock();
  const now = Date.now();
  clock.learn(now + 60_000, now - 100, now + 100);
  expect(Math.abs(clock.now() - (Date.now() + 60_000))).toBeLessThan(50);
});

test("ticks come while somebody listens, and stop", async () => {
  const clock = new ServerClock();
  let ticks = 0;
  const stop = clock.everyMs(5, () => {
    ticks += 1;
  });
  await new Promise((resolve) => setTimeout(resolve, 60));
  stop();
  const seen = ticks;
  expect(seen).toBeGreaterThan(2);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(ticks).toBe(seen);
});
