import { expect, test } from "vitest";
import { everyNodeFilter, nodeTopic, parseTopic, previewTopic } from "./topics.ts";

test("what is built can be taken apart again", () => {
  expect(parseTopic(nodeTopic("gate-1", "events"))).toEqual({ nodeId: "gate-1", suffix: "events" });
  expect(parseTopic(previewTopic("gate-1", "cam-2"))).toEqual({
    nodeId: "gate-1",
    suffix: "preview",
    cameraId: "cam-2",
  });
});

test.each([
  "sentinel/v1/nodes//events",
  "sentinel/v1/nodes/a",
  "sentinel/v1/nodes/a/events/more",
  "sentinel/v1/nodes/a/preview",
  "sentinel/v1/nodes/a/preview/b/c",
  "sentinel/v1/nodes/+/events",
  "sentinel/v1/nodes/A B/events",
  "sentinel/v2/nodes/a/events",
  "$SYS/broker",
])("%s is none of ours", (topic) => {
  expect(parseTopic(topic)).toBeNull();
});

test("filters hear every node", () => {
  expect(everyNodeFilter("acks")).toBe("sentinel/v1/nodes/+/acks");
  expect(everyNodeFilter("preview")).toBe("sentinel/v1/nodes/+/preview/+");
});
