import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { EdgeNode } from "./edge-node.ts";
import { type RunningCloud, startCloud } from "./running-cloud.ts";
import { gapRow, trackRow, trackRows } from "./sample-rows.ts";

let cloud: RunningCloud;
const nodes: EdgeNode[] = [];

beforeAll(async () => {
  cloud = await startCloud({ "node-a": "secret-a", "node-b": "secret-b" });
});
afterAll(() => cloud.stop());
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop();
});

async function connect(nodeId: "node-a" | "node-b"): Promise<EdgeNode> {
  const node = await EdgeNode.connect(cloud.mqttUrl, nodeId, nodeId.replace("node", "secret"));
  nodes.push(node);
  return node;
}

function logOf(node: EdgeNode) {
  return cloud.database.query(
    "select seq::int, through_seq::int as through, kind from event_log where epoch = $1 order by seq",
    [node.epoch],
  );
}

test("a batch becomes rows, an acknowledgement and events that can be listed", async () => {
  const node = await connect("node-a");
  const began = trackRow({ className: "person", startedAt: 1_000_000 });
  const ended = {
    ...began,
    kind: "ended" as const,
    endedAt: 1_005_000,
    endReason: "left" as const,
  };
  const ack = await node.sendForAck(1, [began, trackRow({ cameraId: "yard" }), ended]);
  expect(ack).toEqual({ epoch: node.epoch, committedSeq: 3 });
  expect(await logOf(node)).toEqual([
    { seq: 1, through: 1, kind: "began" },
    { seq: 2, through: 2, kind: "began" },
    { seq: 3, through: 3, kind: "ended" },
  ]);
  const input = encodeURIComponent(
    JSON.stringify({ cameras: [{ nodeId: "node-a", cameraId: "gate-1" }] }),
  );
  const answer = await fetch(`${cloud.httpUrl}/trpc/events.list?input=${input}`);
  const { result } = (await answer.json()) as { result: { data: unknown } };
  expect(result.data).toMatchObject({
    items: [{ eventId: began.eventId, state: "ended", endedAt: 1_005_000, endReason: "left" }],
    nextCursor: null,
  });
});
