import { expect, test } from "vitest";
import { EdgeNode } from "./edge-node.ts";
import { startKafka } from "./kafka.ts";
import { startCloud } from "./running-cloud.ts";
import { trackRow, trackRows } from "./sample-rows.ts";
import { TcpCut } from "./tcp-cut.ts";
import { waitUntil } from "./wait-until.ts";

const TOPIC = "events.detections";

test("every committed row reaches the topic, in order, from the tap's beginning on", async () => {
  const kafka = await startKafka(TOPIC);
  const quiet = await startCloud({ "node-a": "pw" });
  const before = await EdgeNode.connect(quiet.mqttUrl, "node-a", "pw");
  await before.sendForAck(1, trackRows(5));
  await before.stop();
  const cloud = await startCloud(
    { "node-a": "pw" },
    { SENTINEL_TAP_BROKERS: kafka.broker },
    quiet.database,
  );
  await waitUntil(async () => (await cloud.database.query("select 1 from tap_cursors")).length > 0);
  const node = await EdgeNode.connect(cloud.mqttUrl, "node-a", "pw");
  const rows = Array.from({ length: 500 }, () => trackRow({ cameraId: "yard" }));
  for (let first = 0; first < 500; first += 100) {
    await node.sendForAck(first + 1, rows.slice(first, first + 100));
  }
  await waitUntil(() => kafka.messages.length >= 500);
  const told = kafka.messages.map((line) => {
    const [key, ...value] = line.split(" ");
    return { key, ...(JSON.parse(value.join(" ")) as { epoch: string; seq: number; row: object }) };
  });
  expect(told.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1));
  expect(told[0]).toMatchObject({ key: "node-a/yard", nodeId: "node-a", row: rows[0] });
  expect(new Set(told.map(({ epoch }) => epoch))).toEqual(new Set([node.epoch]));
  await node.stop();
  await cloud.stop();
  await quiet.stop();
  await kafka.stop();
}, 60_000);

test("brokers that are away are waited for, nothing is left out, and a restart goes on from there", async () => {
  const kafka = await startKafka(TOPIC);
  const cable = new TcpCut(`kafka://${kafka.broker}`);
  const port = await cable.join();
  await cable.cut();
  const environment = { SENTINEL_TAP_BROKERS: `127.0.0.1:${port}` };
  const cloud = await startCloud({ "node-a": "pw" }, environment);
  await waitUntil(async () => (await cloud.database.query("select 1 from tap_cursors")).length > 0);
  const node = await EdgeNode.connect(cloud.mqttUrl, "node-a", "pw");
  await node.sendForAck(1, trackRows(250));
  await waitUntil(() => cloud.log.some(({ msg }) => msg === "the stream tap waits"));
  expect(kafka.messages).toEqual([]);
  await cable.join();
  await waitUntil(() => kafka.messages.length === 250, 30_000);
  await cloud.restart();
  await node.sendForAck(251, trackRows(10));
  await waitUntil(() => kafka.messages.length === 260, 30_000);
  expect(new Set(kafka.messages).size).toBe(260);
  await node.stop();
  await cloud.stop();
  await cable.cut();
  await kafka.stop();
}, 90_000);
