import type { Command } from "@sentinel/protocol/command";
import { expect, test } from "vitest";
import { PreviewHub } from "./preview-hub.ts";

/** A hub on a line that writes down what is asked of it. */
function hubOnPaper() {
  const heard: string[] = [];
  const sent: { nodeId: string; cameraIds: string[] }[] = [];
  const hub = new PreviewHub({
    hear: ({ cameraId }) => heard.push(`+${cameraId}`),
    ignore: ({ cameraId }) => heard.push(`-${cameraId}`),
    send: (nodeId, command: Command) => {
      if (command.type === "watch") sent.push({ nodeId, cameraIds: command.cameraIds });
    },
  });
  return { hub, heard, sent };
}

const camera = (cameraId: string, nodeId = "a") => ({ nodeId, cameraId });
const frame = (cameraId: string, frameNumber: number) => ({
  cameraId,
  frameNumber,
  capturedAt: 1,
  width: 1,
  height: 1,
  jpegBase64: "x",
  detections: [],
});
const never = new AbortController().signal;

test("only the newest frame of each camera waits for a watcher", async () => {
  const { hub } = hubOnPaper();
  const watch = hub.watch([camera("one"), camera("two")]);
  for (let n = 1; n <= 500; n += 1)
    for (const id of ["one", "two", "three"]) hub.show("a", frame(id, n));
  hub.show("b", frame("one", 501));
  expect((await watch.newest(never)).map((shown) => [shown.cameraId, shown.frameNumber])).toEqual([
    ["one", 500],
    ["two", 500],
  ]);
  const waiting = watch.newest(never);
  hub.show("a", frame("two", 502));
  expect(await waiting).toHaveLength(1);
  const stop = new AbortController();
  const stopped = watch.newest(stop.signal);
  stop.abort();
  expect(await stopped).toEqual([]);
});

test("a camera is heard while anybody watches it, and its node is asked once for all of its cameras", () => {
  const { hub, heard, sent } = hubOnPaper();
  const first = hub.watch([camera("one"), camera("two"), camera("one"), camera("far", "b")]);
  const second = hub.watch([camera("one")]);
  expect(heard).toEqual(["+one", "+two", "+far"]);
  expect(sent).toEqual([
    { nodeId: "a", cameraIds: ["one", "two"] },
    { nodeId: "b", cameraIds: ["far"] },
  ]);
  first.close();
  first.close();
  expect(heard.slice(3)).toEqual(["-two", "-far"]);
  sent.length = 0;
  hub.renew();
  expect(sent).toEqual([{ nodeId: "a", cameraIds: ["one"] }]);
  second.close();
  sent.length = 0;
  hub.renew();
  expect(sent).toEqual([]);
});

test("more cameras of one node than a command may name are asked for in several", () => {
  const { hub, sent } = hubOnPaper();
  const ids = Array.from({ length: 2_001 }, (_, n) => `camera-${n}`);
  hub.watch(ids.map((id) => camera(id)));
  expect(sent.map(({ cameraIds }) => cameraIds.length)).toEqual([1_000, 1_000, 1]);
  expect(sent.flatMap(({ cameraIds }) => cameraIds)).toEqual(ids);
});
