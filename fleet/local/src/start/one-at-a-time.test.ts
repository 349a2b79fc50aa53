import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { oneAtATime } from "./one-at-a-time.ts";

test("work on one lock is done one after the other, also after one that failed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sentinel-lock-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "lock");
  let working = 0;
  const work = async (result: string) => {
    working += 1;
    expect(working).toBe(1);
    await delay(20);
    working -= 1;
    if (result === "bad") throw new Error(result);
    return result;
  };
  const settled = await Promise.allSettled(
    ["a", "bad", "c"].map((result) => oneAtATime(file, () => work(result))),
  );
  expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
});
