import { expect, test } from "vitest";
import { planNodes } from "./edge-setup.ts";
import type { StartOptions } from "./start-options.ts";

const OPTIONS: StartOptions = {
  cameras: null,
  nodes: 1,
  camera: [],
  config: null,
  forMs: null,
  dataDir: "/data",
  port: null,
  model: null,
  open: false,
};

test("one node has everything, and labels of its own configuration", () => {
  const [node, ...others] = planNodes({ ...OPTIONS, camera: ["rtsp://u:p@h/1", "clip.mp4"] });
  expect(others).toEqual([]);
  expect(node).toMatchObject({ nodeId: "local-1", folder: "edge", simulated: 0, base: {} });
  expect(node?.own.map(({ id, name }) => `${id} ${name}`)).toEqual([
    "own-1 h (1)",
    "own-2 clip.mp4",
  ]);
});

test("several nodes share the cameras; the first is the canary", () => {
  const nodes = planNodes({ ...OPTIONS, nodes: 3, cameras: 4, camera: ["a.mp4", "b.mp4"] });
  expect(
    nodes.map(({ nodeId, folder, simulated, own, base }) => [
      nodeId,
      folder,
      simulated,
      own.map(({ id }) => id),
      base.labels,
    ]),
  ).toEqual([
    ["local-1", "edge", 2, ["own-1"], { channel: "stable", ring: "canary" }],
    ["local-2", "edge-2", 1, ["own-2"], { channel: "stable", ring: "broad" }],
    ["local-3", "edge-3", 1, [], { channel: "stable", ring: "broad" }],
  ]);
});
