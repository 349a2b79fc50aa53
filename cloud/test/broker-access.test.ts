import { connect as connectTcp } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { EdgeNode } from "./edge-node.ts";
import { type RunningCloud, startCloud } from "./running-cloud.ts";
import { trackRows } from "./sample-rows.ts";
import { waitUntil } from "./wait-until.ts";

let cloud: RunningCloud;
const clients: MqttClient[] = [];

beforeAll(async () => {
  cloud = await startCloud({ "node-a": "secret-a", "node-b": "secret-b", "node-c": "secret-c" });
});
afterAll(() => cloud.stop());
afterEach(async () => {
  for (const client of clients.splice(0)) await client.endAsync(true);
});

async function connect(
  username: string,
  password: string,
  clientId = `test-${crypto.randomUUID()}`,
): Promise<MqttClient> {
  const client = await connectAsync(
    cloud.mqttUrl,
    { username, password, clientId, protocolVersion: 4, reconnectPeriod: 0 },
    false,
  );
  clients.push(client);
  return client;
}

const topic = (node: string, suffix: string) => `sentinel/v1/nodes/${node}/${suffix}`;

test.each([
  ["a wrong password", "node-a", "secret-b"],
  ["no password", "node-a", ""],
  ["a node that is not in the file", "node-z", "secret-a"],
  ["the cloud's name with a node's password", "$cloud", "secret-a"],
  ["no name", "", "secret-a"],
])("%s is refused", async (_what, username, password) => {
  await expect(connect(username, password)).rejects.toThrow(/Bad username or password/);
});

test.each([
  topic("node-b", "events"),
  topic("node-b", "status"),
  topic("node-a", "acks"),
  topic("node-a", "commands"),
  topic("node-a", "desired"),
  topic("node-a", "other"),
  topic("node-a", "preview/a/b"),
  "$SYS/x",
  "elsewhere",
])("a node that publishes to %s is sent away, and nobody hears it", async (forbidden) => {
  const b = await EdgeNode.connect(cloud.mqttUrl, "node-b", "secret-b");
  const a = await connect("node-a", "secret-a");
  const closed = new Promise<void>((resolve) => a.once("close", () => resolve()));
  a.publish(forbidden, JSON.stringify({ epoch: b.epoch, committedSeq: 9 }));
  await closed;
  expect(await b.sendForAck(1, trackRows(1))).toMatchObject({ committedSeq: 1 });
  expect(b.acks).toHaveLength(1);
  await b.stop();
});

test.each([
  ["events", 0],
  ["telemetry", 0],
  ["status", 0],
  ["replies", 0],
  ["preview/gate-1", 0],
])("a node may publish to its own %s", async (suffix, qos) => {
  const a = await connect("node-a", "secret-a");
  await a.publishAsync(topic("node-a", suffix), "{}", { qos: qos as 0 });
  await a.publishAsync(topic("node-a", suffix), "{}", { qos: 1 });
  expect(a.connected).toBe(true);
});

test.each([
  [topic("node-a", "acks"), 1],
  [topic("node-a", "commands"), 1],
  [topic("node-a", "desired"), 1],
  [topic("node-b", "acks"), 128],
  [topic("node-a", "events"), 128],
  [topic("node-a", "#"), 128],
  [topic("+", "acks"), 128],
  ["#", 128],
  ["$SYS/#", 128],
])("a subscription to %s is answered with %i", async (filter, granted) => {
  const a = await connect("node-a", "secret-a");
  const [grant] = await a.subscribeAsync(filter, { qos: 1 }).catch(() => [{ qos: 128 }]);
  expect(grant?.qos).toBe(granted);
});

test("a node cannot take over another's connection by its client id", async () => {
  const a = await connect("node-a", "secret-a", "same-id");
  await connect("node-b", "secret-b", "same-id");
  await delay(200);
  expect(a.connected).toBe(true);
  await a.publishAsync(topic("node-a", "telemetry"), "{}", { qos: 1 });
});

test("a node may have eight connections, not nine", async () => {
  for (let count = 0; count < 8; count += 1) await connect("node-c", "secret-c");
  await expect(connect("node-c", "secret-c")).rejects.toThrow(/Server unavailable/);
  await clients.pop()?.endAsync(true);
  await waitUntil(() =>
    connect("node-c", "secret-c").then(
      () => true,
      () => false,
    ),
  );
});

test("a packet beyond all measure ends its connection at the header; others go on", async () => {
  const { hostname, port } = new URL(cloud.mqttUrl);
  const socket = connectTcp(Number(port), hostname);
  const closed = new Promise((resolve) => socket.once("close", resolve));
  // CONNECT that says it is 256 MB long (MQTT 3.1.1, 2.2.3).
  socket.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]));
  socket.on("error", () => {});
  await closed;
  const b = await EdgeNode.connect(cloud.mqttUrl, "node-b", "secret-b");
  expect(await b.sendForAck(1, trackRows(1))).toMatchObject({ committedSeq: 1 });
  await b.stop();
});

test("noise on the port disturbs nobody", async () => {
  const { hostname, port } = new URL(cloud.mqttUrl);
  const b = await EdgeNode.connect(cloud.mqttUrl, "node-b", "secret-b");
  for (const noise of [
    "GET / HTTP/1.1\r\n\r\n",
    "\u0000\u0000\u0000",
    "\u0010\u0001x",
    "\u00ff".repeat(50),
  ]) {
    const socket = connectTcp(Number(port), hostname);
    socket.on("error", () => {});
    socket.write(Buffer.from(noise, "latin1"));
    await delay(30);
    socket.destroy();
  }
  expect(await b.sendForAck(1, trackRows(1))).toMatchObject({ committedSeq: 1 });
  await b.stop();
});

test("a retained message is kept of a status only", async () => {
  const a = await connect("node-a", "secret-a");
  for (const suffix of ["telemetry", "preview/gate-1"]) {
    await a.publishAsync(topic("node-a", suffix), "{}", { retain: true, qos: 1 });
  }
  await a.publishAsync(topic("node-a", "status"), "{}", { retain: true, qos: 1 });
  // A late cloud hears what was kept: with the status alone it has something to put aside.
  const count = () =>
    cloud.database.query<{ n: number }>(
      "select count(*)::int as n from dead_letters where node_id = 'node-a' and topic like '%/status'",
    );
  await waitUntil(async () => ((await count())[0]?.n ?? 0) > 0);
  await a.publishAsync(topic("node-a", "status"), "", { retain: true, qos: 1 });
});

test("a node whose line leaves the password file is sent away and stays out; the others stay", async () => {
  const b = await EdgeNode.connect(cloud.mqttUrl, "node-b", "secret-b");
  const c = await connect("node-c", "secret-c");
  const closed = new Promise<void>((resolve) => c.once("close", () => resolve()));
  await cloud.setPasswords({ "node-a": "secret-a", "node-b": "secret-b" });
  await closed;
  await expect(connect("node-c", "secret-c")).rejects.toThrow(/Bad username or password/);
  expect(await b.sendForAck(1, trackRows(1))).toMatchObject({ committedSeq: 1 });
  // A file that is not understood lets in whom it let in before.
  await cloud.setPasswords({ "not a node id": "x" });
  await delay(50);
  await connect("node-a", "secret-a");
  await cloud.setPasswords({ "node-a": "changed", "node-b": "secret-b", "node-c": "secret-c" });
  await expect(connect("node-a", "secret-a")).rejects.toThrow(/Bad username or password/);
  await connect("node-a", "changed");
  await b.stop();
});
