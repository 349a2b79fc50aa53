import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { nameSimulated, planNodes, writeEdgeConfig } from "./edge-setup.ts";
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

test("one node has everything, and labels of its own configuration", async () => {
  const camera = ["rtsp://u:p@h/1", "http://192.0.2.1/b"];
  const [node, ...others] = await planNodes({ ...OPTIONS, camera });
  expect(others).toEqual([]);
  expect(node).toMatchObject({ nodeId: "local-1", folder: "edge", simulated: 0, base: {} });
  expect(node?.own.map(({ id, name }) => `${id} ${name}`)).toEqual([
    "own-1 h (1)",
    "own-2 192.0.2.1 (2)",
  ]);
});

test("several nodes share the cameras; the first is the canary", async () => {
  const camera = ["rtsp://192.0.2.1/a", "rtsp://192.0.2.1/b"];
  const nodes = await planNodes({ ...OPTIONS, nodes: 3, cameras: 4, camera });
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

test("ids of cameras that come by options are none of the configuration's", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sentinel-setup-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const config = join(folder, "site.yaml");
  writeFileSync(
    config,
    "cameras:\n  - { id: own-1, url: a.mp4 }\n  - { id: square-2, url: 'rtsp://192.0.2.1/a' }\n",
  );
  const camera = ["rtsp://192.0.2.2/b", "http://192.0.2.3/c"];
  const nodes = await planNodes({ ...OPTIONS, config, camera, cameras: 2, dataDir: folder });
  const simulated = nameSimulated(nodes, ["rtsp://127.0.0.1/1", "rtsp://127.0.0.1/2"]);
  const [setup] = nodes;
  if (setup === undefined) throw new Error("there is no node");
  const file = writeEdgeConfig(setup, folder, simulated);
  const { cameras } = parse(readFileSync(file, "utf8")) as { cameras: { id: string }[] };
  expect(cameras.map(({ id }) => id)).toEqual([
    ...["own-1", "square-2"],
    ...["own-2", "own-3"],
    ...["square-1", "square-3"],
  ]);
});
