import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { connectApi } from "./api-client.ts";
import { FleetFixture, stableFile } from "./fleet-fixture.ts";
import { FleetNode } from "./fleet-node.ts";
import { type RunningCloud, startCloud } from "./running-cloud.ts";
import { waitUntil } from "./wait-until.ts";

const BASE = "b".repeat(64);
const GOOD = "1a".repeat(32);
const BAD = "2b".repeat(32);
const PASSWORDS = { "node-a": "a", "node-b": "b", "node-c": "c" };

let fleet: FleetFixture;
let cloud: RunningCloud;
let connection: ReturnType<typeof connectApi>;
let rollouts: ReturnType<typeof connectApi>["api"]["rollouts"];
const nodes: FleetNode[] = [];

beforeAll(async () => {
  fleet = await FleetFixture.make({ "channels/stable.yaml": stableFile(null) });
  cloud = await startCloud(PASSWORDS, fleet.environment);
  connection = connectApi(cloud.httpUrl);
  rollouts = connection.api.rollouts;
  for (const digest of [BASE, GOOD, BAD]) await fleet.register(cloud.database, digest);
});
afterAll(async () => {
  await connection.close();
  await cloud.stop();
  await fleet.remove();
});
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.edge.stop();
});

async function connect(nodeId: keyof typeof PASSWORDS, ring: string, running = BASE) {
  const node = await FleetNode.connect(cloud.mqttUrl, nodeId, PASSWORDS[nodeId], {
    labels: { channel: "stable", ring },
    keys: fleet.keys,
    running,
    ends: (digest) => (digest === BAD ? { fault: "MODEL_OUTPUT_NOT_FINITE" } : "active"),
  });
  nodes.push(node);
  return node;
}

async function newest() {
  const [item] = await rollouts.list.query();
  if (item === undefined) throw new Error("no rollout");
  return item;
}

test("promote, canary, rest, done: signed statements, offers and a real commit on the way", async () => {
  const canary = await connect("node-a", "canary");
  const rest = await connect("node-b", "broad");
  await waitUntil(async () => (await rollouts.repo.query())?.goodCommit !== null);
  const { commit } = await rollouts.promote.mutate({
    channel: "stable",
    digest: GOOD,
    reason: "Sees cars in rain",
  });
  expect(await fleet.git(fleet.url, "log", "-1", "--format=%H %an", "main")).toMatch(
    new RegExp(`^${commit} `),
  );
  expect(await fleet.show("channels/stable.yaml")).toContain(`model: ${GOOD}`);
  await waitUntil(() => canary.running === GOOD);
  await waitUntil(async () => (await newest()).state === "done");
  expect(rest.running).toBe(GOOD);
  expect(canary.offers[0]).toMatchObject({ digest: GOOD });
  expect(canary.offers[0]?.url).toContain(`/sentinel-models/models/${GOOD}.onnx`);
  const { waves, rollout } = await rollouts.byId.query({ rolloutId: (await newest()).rolloutId });
  expect(rollout).toMatchObject({ fromDigest: BASE, toDigest: GOOD, wave: 1 });
  expect(waves.map(({ name, evidence }) => [name, evidence?.counts.active])).toEqual([
    ["canary", 1],
    ["rest", 1],
  ]);
});
