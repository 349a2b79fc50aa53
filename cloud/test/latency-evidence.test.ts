import type { Telemetry } from "@sentinel/protocol/telemetry";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migrate } from "../src/database/migrate.ts";
import { Postgres } from "../src/database/postgres.ts";
import { channelFileSchema } from "../src/rollout/channel-file.ts";
import { readBaseline, readEvidence } from "../src/rollout/read-evidence.ts";
import { storeTelemetry } from "../src/status/store-telemetry.ts";
import { makeDatabase, type TestDatabase } from "./test-database.ts";

const NEW = "a".repeat(64);
const HOUR = 3_600_000;
const { bounds } = channelFileSchema.parse({
  channel: "stable",
  model: NEW,
  reason: "because",
  waves: [{ name: "all" }],
});

let database: TestDatabase;
let postgres: Postgres;
beforeAll(async () => {
  database = await makeDatabase();
  await migrate(database.url);
  postgres = new Postgres({ url: database.url, logger: pino({ level: "silent" }) });
});
afterAll(async () => {
  await postgres.stop();
  await database.drop();
});

const RATES = { fpsIn: 5, fpsInferred: 5, fpsDropped: 0, uninferredMs: 0, openTracks: 0 };

/** Telemetry every two seconds from `at` on, one for each latency. @returns when the last one came. */
async function tell(
  nodeId: string,
  at: number,
  latenciesMs: readonly number[],
  rates = RATES,
): Promise<number> {
  const counts = { framesDecoded: 1, framesInferred: 1, framesDropped: 0, rowsCreated: 1 };
  for (const [index, ms] of latenciesMs.entries()) {
    const now = at + index * 2_000;
    const telemetry: Telemetry = {
      nodeId,
      at: now,
      periodMs: 2_000,
      cpuPercent: 1,
      rssBytes: 1,
      diskFreeBytes: null,
      ...counts,
      outboxRows: 0,
      outboxBytes: 0,
      lastSeq: 1,
      ackedSeq: 1,
      // Two cameras around it, and one that gives no frames.
      cameras: [ms - 10, ms + 10, null].map((latency, camera) => ({
        cameraId: `gate-${camera}`,
        ...rates,
        latencyP50Ms: latency,
        latencyP95Ms: latency,
      })),
    };
    await storeTelemetry(postgres, nodeId, telemetry, now);
  }
  return at + (latenciesMs.length - 1) * 2_000;
}

/** A node that told latencies before, took the model, and told others since. */
async function standing(
  nodeId: string,
  before: readonly number[],
  since: readonly number[],
  rates = RATES,
) {
  const start = 1_000 * HOUR;
  const waveAt = (await tell(nodeId, start, before)) + 1_000;
  await postgres.query(
    {
      name: `labels-${nodeId}`,
      text: "update nodes set labels = $2, online = true where node_id = $1",
    },
    [nodeId, JSON.stringify({ channel: nodeId })],
  );
  const wave = {
    name: "all",
    cohort: `${nodeId}.all`,
    labels: { channel: nodeId },
    exceptLabels: [],
    watchSeconds: 60,
    neededShare: 1,
    minimumNodes: 1,
    startedAt: waveAt,
    endedAt: null,
    enoughSince: null,
  };
  const baseline = await readBaseline(postgres, nodeId, [wave], waveAt);
  await database.query(
    `insert into statements (counter, cohort, digest, envelope, commit_id, expires_at, made_at)
      values ((select coalesce(max(counter), 0) + 1 from statements), $1, $2, '{}', 'c', 1, $3)`,
    [wave.cohort, NEW, waveAt],
  );
  const report = { state: "active", digest: NEW, counter: 1_000, since: waveAt };
  await database.query("update nodes set model = $2, model_report = $3 where node_id = $1", [
    nodeId,
    JSON.stringify({ digest: NEW }),
    JSON.stringify(report),
  ]);
  const now = await tell(nodeId, waveAt + 1_000, since, rates);
  const rollout = { channel: nodeId, waves: [wave], toDigest: NEW, startedAt: waveAt, baseline };
  const { evidence, nodes } = await readEvidence(postgres, rollout, bounds, now);
  return {
    standing: nodes[0]?.[0],
    before: evidence[0]?.current.latencyMs,
    with: evidence[0]?.candidate.latencyMs,
  };
}

const many = (ms: number, count = 20) => Array.from({ length: count }, () => ms);

test("one slow moment is not held against a model, nor does a fast one excuse it", async () => {
  const calm = [...many(150, 19), 4_000];
  expect(await standing("moment", many(150), calm)).toMatchObject({
    standing: { state: "active" },
    before: 150,
    with: 150,
  });
  const slow = [...many(400, 19), 100];
  expect(await standing("slow", many(150), slow)).toMatchObject({
    standing: { state: "unhealthy", detail: "latency 400 ms, before 150 ms" },
    with: 400,
  });
});

test("a period without an inferred frame says nothing, many of them that the model is not well", async () => {
  const none = { ...RATES, fpsIn: 0.5, fpsInferred: 0 };
  const short = { ...none, uninferredMs: 1_900 };
  expect(await standing("between", many(150), many(150), short)).toMatchObject({
    standing: { state: "active" },
  });
  const long = { ...none, uninferredMs: 15_000 };
  expect(await standing("stalled", many(150), many(150), long)).toMatchObject({
    standing: { state: "unhealthy", detail: "frames of 3 cameras are not inferred" },
  });
  const ended = { ...long, fpsIn: 0 };
  expect(await standing("ended", many(150), many(150), ended)).toMatchObject({
    standing: { state: "active" },
  });
});

test("what was told before the model was active, or right after, says nothing of it", async () => {
  expect(await standing("swap", many(150), [...many(3_000, 5), ...many(160, 15)])).toMatchObject({
    standing: { state: "active" },
    before: 150,
    with: 160,
  });
  expect(await standing("young", many(150), many(3_000, 9))).toMatchObject({
    standing: { state: "active" },
    with: null,
  });
});

test("a sample is kept every four seconds, ten minutes of them", async () => {
  await tell("kept", 2_000 * HOUR, many(100, 10));
  await tell("kept", 2_001 * HOUR, many(200, 400));
  const [row] = await database.query<{ at: string[]; ms: number[] }>(
    "select latency_at as at, latency_ms as ms from nodes where node_id = 'kept'",
  );
  const at = row?.at.map(Number) ?? [];
  expect(at).toHaveLength(150);
  expect(row?.ms).toEqual(many(200, 150));
  expect(at.every((time, index) => index === 0 || time - (at[index - 1] ?? 0) === 4_000)).toBe(
    true,
  );
});
