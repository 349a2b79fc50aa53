import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AgentProcess } from "./agent-process.ts";
import { ModelServer } from "./model-server.ts";
import { Signer, sha256, withNote } from "./signing.ts";
import { TestBroker } from "./test-broker.ts";
import { getModel, TESTDATA, YOLOX_NANO_FILE } from "./test-data.ts";
import { temporaryFolder } from "./video-fixtures.ts";
import { waitUntil } from "./wait-until.ts";

const SQUARE = { id: "square", name: "Square", url: join(TESTDATA, "clips", "opencv-vtest.avi") };
const BASE = readFileSync(YOLOX_NANO_FILE);
const BASE_DIGEST = sha256(BASE);

function configOf(broker: TestBroker, signer: Signer, changes: object = {}) {
  return {
    nodeId: broker.nodeId,
    dataDir: "data",
    broker: { url: broker.url },
    model: YOLOX_NANO_FILE,
    detectWorkers: 1,
    trustedKeys: [signer.pem],
    labels: { channel: "stable", ring: "canary" },
    cameras: [SQUARE],
    ...changes,
  };
}

/** Publishes a statement for a model and offers it. */
async function promote(
  of: { broker: TestBroker; signer: Signer; server: ModelServer },
  bytes: Buffer,
  counter: number,
): Promise<string> {
  const { broker, signer, server } = of;
  const digest = sha256(bytes);
  broker.desire({ statement: signer.statement({ digest, counter }) });
  await waitUntil("it waits for the model", () => {
    const report = broker.status?.modelReport;
    return report?.digest === digest && report.state === "fetching";
  });
  broker.command({
    id: randomUUID(),
    expiresAt: Date.now() + 60_000,
    type: "offer-model",
    digest,
    manifest: signer.manifest(await getModel(YOLOX_NANO_FILE), bytes),
    url: server.put(`${digest}.onnx`, bytes),
  });
  return digest;
}

test("a signed statement brings another model to run, without a frame lost", async () => {
  const broker = await TestBroker.start();
  const [signer, server] = [new Signer(), await ModelServer.start()];
  const agent = new AgentProcess(temporaryFolder(), configOf(broker, signer));
  await agent.ready();
  await waitUntil("rows come", () => broker.rows.length >= 4, 40_000);
  expect(broker.status?.modelReport).toMatchObject({ state: "idle", digest: null });
  expect(broker.status?.labels).toEqual({ channel: "stable", ring: "canary" });
  const digest = await promote({ broker, signer, server }, withNote(BASE, "one"), 7);
  await waitUntil("it is active", () => broker.status?.modelReport?.state === "active", 40_000);
  expect(broker.status?.model?.digest).toBe(digest);
  const report = broker.status?.modelReport;
  expect(report).toMatchObject({ counter: 7, cohort: "stable.canary", digest, fault: null });
  expect(report?.lastSwap).toMatchObject({ from: BASE_DIGEST, to: digest, framesDropped: 0 });
  const states = broker.statuses.map((status) => status.online && status.modelReport?.state);
  expect(states).toEqual(expect.arrayContaining(["idle", "fetching", "trial", "active"]));
  const before = broker.rows.length;
  await waitUntil("rows name it", () => broker.rows.length > before + 3, 40_000);
  agent.kill("SIGTERM");
  expect(await agent.exited).toEqual({ code: 0, signal: null });
  const digests = broker.rows.flatMap(({ row }) => (row.kind === "gap" ? [] : [row.modelDigest]));
  expect(new Set(digests)).toEqual(new Set([BASE_DIGEST, digest]));
  expect(broker.invalid).toEqual([]);
});
