import { expect, test } from "vitest";
import { clusterCameras } from "./cluster-cameras.ts";
import { degreesPerMetre, metresPerPixel, toPixels } from "./mercator.ts";

const HARBOUR = { latitude: 53.54, longitude: 9.96 };

/** Cameras in a row, some metres from each other. */
function row(count: number, metres: number) {
  const step = degreesPerMetre(HARBOUR.latitude).longitude * metres;
  return new Map(
    Array.from({ length: count }, (_, index) => [
      `camera-${index}`,
      { ...HARBOUR, longitude: HARBOUR.longitude + index * step },
    ]),
  );
}

test("cameras of one place are one from afar, and apart from near", () => {
  const cameras = row(10, 50);
  expect(clusterCameras(cameras, 3)).toHaveLength(1);
  expect(clusterCameras(cameras, 18)).toHaveLength(10);
  const between = clusterCameras(cameras, 15).map(({ keys }) => keys.length);
  expect(between.length).toBeGreaterThan(1);
  expect(between.length).toBeLessThan(10);
});

test("every camera is in exactly one cluster, at every zoom, and one that is apart stands alone", () => {
  const cameras = row(500, 3);
  for (let zoom = 0; zoom <= 22; zoom += 1) {
    const clusters = clusterCameras(cameras, zoom, new Set(["camera-7"]));
    const keys = clusters.flatMap((cluster) => cluster.keys);
    expect(keys.toSorted()).toEqual([...cameras.keys()].toSorted());
    expect(clusters.find(({ keys: [first] }) => first === "camera-7")?.keys).toHaveLength(1);
  }
});

test("the order in which cameras come, and parts of a zoom, change nothing", () => {
  const cameras = row(40, 20);
  const reversed = new Map([...cameras].reverse());
  expect(clusterCameras(reversed, 14.9)).toEqual(clusterCameras(cameras, 14));
});

test("two upon each other stay two that can be told apart in the list, also at the nearest zoom", () => {
  const same = new Map([
    ["a", HARBOUR],
    ["b", HARBOUR],
  ]);
  expect(clusterCameras(same, 19)).toMatchObject([{ keys: ["a", "b"], ...HARBOUR }]);
  expect(clusterCameras(same, 20)).toHaveLength(2);
});

test("pixels and metres agree with Web Mercator", () => {
  expect(toPixels({ latitude: 0, longitude: 0 }, 0)).toEqual({ x: 256, y: 256 });
  expect(toPixels({ latitude: 85.051129, longitude: 180 }, 1).y).toBeCloseTo(0, 3);
  expect(metresPerPixel(0, 0)).toBeCloseTo(78_271.52, 1);
  expect(metresPerPixel(60, 10)).toBeCloseTo(38.22, 2);
});
