import { expect, test } from "vitest";
import { EdgeNode } from "./edge-node.ts";
import { startMosquitto } from "./mosquitto.ts";
import { type RunningCloud, startCloud } from "./running-cloud.ts";
import { trackRows } from "./sample-rows.ts";
import { waitUntil } from "./wait-until.ts";

const ROWS = 2_000;
const BATCH = 25;

test("each batch reaches one process of a share group; together they store every row once", async () => {
  const broker = await startMosquitto();
  const environment = { SENTINEL_BROKER: broker.url, SENTINEL_SHARE_GROUP: "ingest" };
  const first = await startCloud({}, environment);
  const second = await startCloud({}, environment, first.database);
  await waitUntil(async () => (await isUp(first)) && (await isUp(second)));
  const node = await EdgeNode.connect(broker.url, "node-a", "");
  const rows = trackRows(ROWS);
  const committed = () => Math.max(0, ...node.acks.map(({ committedSeq }) => committedSeq));
  let sent = 0;
  // As an agent sends: four batches under way, and again from where the cloud stands.
  for (let done = 0, tries = 0; done < ROWS && tries < 200; done = committed(), tries += 1) {
    for (let first = done; first < Math.min(ROWS, done + 4 * BATCH); first += BATCH) {
      await node.sendBatch(first + 1, rows.slice(first, first + BATCH));
      sent += 1;
    }
    await waitUntil(async () => committed() >= Math.min(ROWS, done + BATCH));
  }
  const [stored] = await first.database.query(
    `select count(*)::int as rows, count(distinct seq)::int as seqs, max(seq)::int as last,
       (select committed_seq::int from watermarks) as watermark from event_log`,
  );
  expect(stored).toEqual({ rows: ROWS, seqs: ROWS, last: ROWS, watermark: ROWS });
  await waitUntil(async () => (await looks(first)) === sent);
  expect(await first.database.query("select reason from dead_letters")).toEqual([]);
  await node.stop();
  await second.stop();
  await first.stop();
  await broker.stop();
}, 60_000);

async function isUp(cloud: RunningCloud): Promise<boolean> {
  const answer = (await (await fetch(`${cloud.httpUrl}/readyz`)).json()) as { notReady: string[] };
  return !answer.notReady.includes("broker");
}

/** How often a batch was looked at, over both processes; each look is counted by its outcome. */
async function looks(cloud: RunningCloud): Promise<number> {
  const [row] = await cloud.database.query(
    `select sum(count)::int as looks from ingest_counters
     where reason in ('batches-committed', 'repeat', 'gap')`,
  );
  return Number(row?.looks);
}
