import { expect, test } from "vitest";
import { CameraMeter } from "./camera-meter.ts";

test("a report holds the rates and latencies since the one before it", () => {
  const meter = new CameraMeter("gate-1");
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
    openTracks: 3,
  });
  meter.decoded();
  expect(meter.report(2000, 0)).toMatchObject({
    fpsIn: 0.5,
    fpsInferred: 0,
    latencyP50Ms: null,
    latencyP95Ms: null,
  });
  expect(meter.totals).toEqual({ decoded: 11, inferred: 4, dropped: 6 });
});
