import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { edgeError } from "./errors.ts";
import { FaultLog } from "./fault-log.ts";
import { openLog } from "./log.ts";

function openFaults(periodMs: number) {
  const lines: { code: string; cameraId?: string; count?: number; msg: string }[] = [];
  const log = openLog("node", "info", { write: (line) => void lines.push(JSON.parse(line)) });
  return { lines, faults: new FaultLog(log, periodMs) };
}

test("the first of a kind is told at once, those that follow once per period with their number", async () => {
  const { lines, faults } = openFaults(50);
  for (let i = 0; i < 100; i++)
    faults.count(edgeError("CAMERA_CLOSED", `end ${i}`), { cameraId: "a" });
  expect(lines).toMatchObject([{ code: "CAMERA_CLOSED", cameraId: "a", msg: "end 0" }]);
  await sleep(80);
  expect(lines[1]).toMatchObject({ count: 99, msg: "end 99 (99 more times)" });
  await sleep(120);
  expect(lines).toHaveLength(2);
  faults.count(edgeError("CAMERA_CLOSED", "again"), { cameraId: "a" });
  expect(lines[2]).toMatchObject({ msg: "again" });
  faults.stop();
});

test("cameras are counted apart, and a stop tells what was counted", () => {
  const { lines, faults } = openFaults(60_000);
  for (const cameraId of ["a", "b", "b"])
    faults.count(edgeError("CAMERA_CLOSED", "end"), { cameraId });
  faults.stop();
  expect(lines.map(({ cameraId, count }) => [cameraId, count])).toEqual([
    ["a", undefined],
    ["b", undefined],
    ["b", 1],
  ]);
});
