import { readdirSync } from "node:fs";
import { createServer } from "node:net";
import { Aedes } from "aedes";
import { pino } from "pino";
import { expect, test } from "vitest";
import { migrate } from "../src/database/migrate.ts";
import { Postgres } from "../src/database/postgres.ts";
import { storeBatch } from "../src/ingest/store-batch.ts";
import { EdgeNode } from "./edge-node.ts";
import { startCloud } from "./running-cloud.ts";
import { trackRows } from "./sample-rows.ts";
import { makeDatabase } from "./test-database.ts";
import { uuidV7 } from "./uuid-v7.ts";

const MIGRATIONS = readdirSync(new URL("../src/database/migrations", import.meta.url)).length;

test("two processes that store the same batches at once store every row once", async () => {
  const database = await makeDatabase();
  // Two starters at once: one migrates, the other waits for it.
  const applied = await Promise.all([migrate(database.url), migrate(database.url)]);
  expect(applied.map(({ length }) => length).sort((a, b) => a - b)).toEqual([0, MIGRATIONS]);
  const logger = pino({ level: "silent" });
  const processes = [1, 2].map(() => new Postgres({ url: database.url, logger }));
  const epoch = uuidV7();
  const rows = trackRows(200).map((row, index) => ({ seq: index + 1, throughSeq: index + 1, row }));
  const outcomes: string[] = [];
  for (let firstSeq = 1; firstSeq <= 200; firstSeq += 10) {
    const batch = {
      nodeId: "node-a",
      epoch,
      firstSeq,
      rows: rows.slice(firstSeq - 1, firstSeq + 9),
    };
    const both = await Promise.all(processes.map((postgres) => storeBatch(postgres, batch, 1)));
    expect(both.map(({ committedSeq }) => committedSeq)).toEqual([firstSeq + 9, firstSeq + 9]);
    outcomes.push(
      both
        .map(({ kind }) => kind)
        .sort()
        .join(" "),
    );
  }
  expect(new Set(outcomes)).toEqual(new Set(["committed repeat"]));
  const [stored] = await database.query(
    "select count(*)::int as rows, count(distinct seq)::int as seqs from event_log",
  );
  expect(stored).toEqual({ rows: 200, seqs: 200 });
  for (const postgres of processes) await postgres.stop();
  await database.drop();
});

test("two clouds behind one broker hear every batch and together store it once", async () => {
  const broker = await Aedes.createBroker();
  const server = createServer(broker.handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = `mqtt://127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}`;
  const first = await startCloud({}, { SENTINEL_BROKER: url });
  const second = await startCloud({}, { SENTINEL_BROKER: url }, first.database);
  const node = await EdgeNode.connect(url, "node-a", "");
  const rows = trackRows(500);
  for (let firstSeq = 1; firstSeq <= 500; firstSeq += 25) {
    await node.sendBatch(firstSeq, rows.slice(firstSeq - 1, firstSeq + 24));
  }
  // One may see a batch before the other committed the one before it: the edge sends again.
  for (let tries = 0; tries < 50; tries += 1) {
    const done = node.acks.at(-1)?.committedSeq ?? 0;
    if (done === 500) break;
    await node.sendForAck(done + 1, rows.slice(done, done + 25));
  }
  const [stored] = await first.database.query(
    `select count(*)::int as rows, count(distinct seq)::int as seqs, max(seq)::int as last,
       (select committed_seq::int from watermarks) as watermark from event_log`,
  );
  expect(stored).toEqual({ rows: 500, seqs: 500, last: 500, watermark: 500 });
  await node.stop();
  await second.stop();
  await first.stop();
  await new Promise<void>((resolve) => broker.close(() => server.close(() => resolve())));
});
