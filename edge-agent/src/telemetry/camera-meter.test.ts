import { expect, test } from "vitest";
import { CameraMeter } from "./camera-meter.ts";

test("a report holds the rates and latencies since the one before it", () => {
  let now = 0;
  const meter = new CameraMeter("gate-1", () => now);
  for (let i = 0; i < 10; i++) meter.decoded();
  for (const latencyMs of [40, 10, 30, 20]) meter.inferred(latencyMs);
  for (let i = 0; i < 6; i++) meter.dropped();
  expect(meter.report(2000, 3)).toEqual({
    cameraId: "gate-1",
    fpsIn: 5,
    fpsInferred: 2,
    fpsDropped: 3,
    latencyP50Ms: 20,
    latencyP95Ms: 40,
    uninferredMs: 0,
    openTracks: 3,
  });
  now = 2_000;
  meter.decoded();
  now = 3_500;
  meter.decoded();
  expect(meter.report(2000, 0)).toMatchObject({
    fpsIn: 1,
    fpsInferred: 0,
    latencyP50Ms: null,
    latencyP95Ms: null,
    uninferredMs: 1_500,
  });
  expect(meter.totals).toEqual({ decoded: 12, inferred: 4, dropped: 6 });
});
