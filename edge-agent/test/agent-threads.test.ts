import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AgentProcess } from "./agent-process.ts";
import { slowOnBlack } from "./strange-models.ts";
import { TestBroker } from "./test-broker.ts";
import { makeVideo, temporaryFolder } from "./video-fixtures.ts";
import { waitUntil } from "./wait-until.ts";

/** An agent with one thread and a model that needs minutes for every frame of its camera. */
async function startHanging(detect: object) {
  const broker = await TestBroker.start();
  const folder = temporaryFolder();
  const [model, clip] = [join(folder, "slow.onnx"), join(folder, "night.mkv")];
  writeFileSync(model, slowOnBlack(4000, 200));
  makeVideo(clip, "64x64", "-vf", "drawbox=color=black:t=fill", "-c:v", "ffv1");
  const agent = new AgentProcess(folder, {
    nodeId: broker.nodeId,
    dataDir: "data",
    broker: { url: broker.url },
    model,
    detectWorkers: 1,
    detect,
    cameras: [{ id: "night", url: clip }],
  });
  await agent.ready();
  return { agent, broker };
}

test("a stop in the middle of a frame is polite, however long the model would take", async () => {
  const { agent, broker } = await startHanging({});
  await waitUntil("frames are dropped for the one at work", () =>
    broker.telemetry.some(({ cameras }) => (cameras[0]?.fpsDropped ?? 0) > 0),
  );
  agent.kill("SIGTERM");
  expect(await agent.exited).toEqual({ code: 0, signal: null });
  expect(broker.statuses.at(-1)?.online).toBe(false);
  expect(agent.stderr).not.toContain("did not stop in time");
});

test("where threads hang one after another the agent ends politely, to be started anew", async () => {
  const { agent, broker } = await startHanging({ answerWithinMs: 1000 });
  expect(await agent.exited).toEqual({ code: 75, signal: null });
  const codes = agent.stderr.split("\n").filter((line) => line.includes("DETECTOR_"));
  expect(codes[0]).toContain("DETECTOR_STUCK");
  expect(agent.stderr).toContain("DETECTOR_THREADS_LOST");
  expect(agent.stderr).toContain("use another model");
  expect(agent.stderr).not.toContain("did not stop in time");
  expect(broker.statuses.at(-1)?.online).toBe(false);
});
