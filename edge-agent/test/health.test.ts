import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { AgentProcess } from "./agent-process.ts";
import { TestBroker } from "./test-broker.ts";
import { YOLOX_NANO_FILE } from "./test-data.ts";
import { temporaryFolder } from "./video-fixtures.ts";
import { waitUntil } from "./wait-until.ts";

const BASE = { dataDir: "data", model: YOLOX_NANO_FILE, detectWorkers: 1 };

/** A port that nobody uses; held until `release`. */
async function heldPort(): Promise<{ port: number; release: () => Promise<void> }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const release = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return { port, release };
}

test("the agent tells that it lives and that it watches; its password comes from a file", async () => {
  const broker = await TestBroker.start();
  broker.password = "from the file";
  const folder = temporaryFolder();
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, "from the file\n");
  const { port, release } = await heldPort();
  await release();
  const agent = new AgentProcess(
    folder,
    { ...BASE, nodeId: broker.nodeId, broker: { url: broker.url } },
    {
      environment: {
        SENTINEL_HEALTH_PORT: String(port),
        SENTINEL_BROKER_USERNAME: broker.nodeId,
        SENTINEL_BROKER_PASSWORD_FILE: passwordFile,
      },
    },
  );
  const ask = (path: string, method = "GET") =>
    fetch(`http://127.0.0.1:${port}${path}`, { method }).catch(() => null);
  await agent.ready();
  expect((await ask("/healthz"))?.status).toBe(200);
  const ready = await ask("/readyz");
  expect([ready?.status, await ready?.json()]).toEqual([200, { ready: true, fault: null }]);
  expect((await ask("/other"))?.status).toBe(404);
  expect((await ask("/healthz", "POST"))?.status).toBe(405);
  await waitUntil("it is online", () => broker.statuses.at(-1)?.online === true);
  agent.kill("SIGTERM");
  expect((await agent.exited).code).toBe(0);
});

test("a health port that somebody else has is told", async () => {
  const { port, release } = await heldPort();
  onTestFinished(release);
  const used = new AgentProcess(temporaryFolder(), { ...BASE, health: { port } });
  expect((await used.exited).code).toBe(1);
  expect(used.stderr).toContain("HEALTH_PORT_IN_USE");
});

test.each([
  [{ health: { port: "many" } }, {}, "health.port"],
  [{ health: { door: 1 } }, {}, "accepted: host, port"],
  [{}, { SENTINEL_HEALTH_PORT: "70000" }, "environment SENTINEL_HEALTH_PORT"],
  [{}, { SENTINEL_BROKER_PASSWORD_FILE: "/nowhere" }, "SENTINEL_BROKER_PASSWORD_FILE"],
  [
    {},
    { SENTINEL_BROKER_PASSWORD_FILE: "/nowhere", SENTINEL_BROKER_PASSWORD: "x" },
    "accepted: only one of them",
  ],
])("%j with %j is refused before anything starts", async (config, environment, words) => {
  const agent = new AgentProcess(temporaryFolder(), { ...BASE, ...config }, { environment });
  expect((await agent.exited).code).toBe(2);
  expect(agent.stderr).toContain(words);
});
