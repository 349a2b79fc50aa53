import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { EdgeNode } from "./edge-node.ts";
import { startCloud } from "./running-cloud.ts";
import { trackRows } from "./sample-rows.ts";
import { TcpCut } from "./tcp-cut.ts";
import { makeDatabase } from "./test-database.ts";

test("while the database is away messages are held; when it is back nothing is lost or double", async () => {
  const database = await makeDatabase();
  const cable = new TcpCut(database.url);
  const url = new URL(database.url);
  url.port = String(await cable.join());
  const cloud = await startCloud({ "node-a": "secret" }, { DATABASE_URL: url.href }, database);
  const node = await EdgeNode.connect(cloud.mqttUrl, "node-a", "secret");
  const rows = trackRows(300);
  const send = (firstSeq: number) =>
    node.sendBatch(firstSeq, rows.slice(firstSeq - 1, firstSeq + 9));
  let sent = 0;
  for (let firstSeq = 1; firstSeq <= 300; firstSeq += 10) {
    if (firstSeq === 51 || firstSeq === 151) await cable.cut();
    if (firstSeq === 101 || firstSeq === 201) {
      const heard = node.acks.length;
      await delay(700);
      expect(node.acks.length).toBe(heard);
      const ready = await fetch(`${cloud.httpUrl}/readyz`);
      expect(ready.status).toBe(503);
      expect(await ready.json()).toMatchObject({
        notReady: expect.arrayContaining(["postgres"]) as unknown,
      });
      expect((await fetch(`${cloud.httpUrl}/healthz`)).status).toBe(200);
      await cable.join();
    }
    await send(firstSeq);
    sent = firstSeq + 9;
  }
  expect(sent).toBe(300);
  await node.until(() => node.acks.at(-1)?.committedSeq === 300);
  const [stored] = await database.query(
    `select count(*)::int as rows, count(distinct seq)::int as seqs, max(seq)::int as last,
       (select count(*)::int from events) as events from event_log`,
  );
  expect(stored).toEqual({ rows: 300, seqs: 300, last: 300, events: 300 });
  const lines = cloud.log.filter(({ reason }) => reason === "database-away");
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.length).toBeLessThan(5);
  await node.stop();
  await cloud.stop();
  await cable.cut();
  await database.drop();
});
