import { afterAll, beforeAll, expect, test } from "vitest";
import { connectApi } from "./api-client.ts";
import { type RunningCloud, startCloud } from "./running-cloud.ts";
import { uuidV7 } from "./uuid-v7.ts";

const DATASET = "d".repeat(64);
const BASE = "b".repeat(64);
const CANDIDATE = "c".repeat(64);
const OTHER_LAYOUT = "a".repeat(64);

let cloud: RunningCloud;
let connection: ReturnType<typeof connectApi>;
let training: ReturnType<typeof connectApi>["api"]["training"];

beforeAll(async () => {
  cloud = await startCloud({});
  connection = connectApi(cloud.httpUrl);
  training = connection.api.training;
  await cloud.database.query(
    `insert into dataset_versions (dataset_id, name, query, manifest, pictures, boxes, counts, made_at,
      made_by) values ($1, 'cars', '{}', '{}', 3, 4, '{}', 1, 'Lena')`,
    [DATASET],
  );
  for (const [digest, layout, state] of [
    [BASE, "yolov5", "approved"],
    [CANDIDATE, "yolov5", "candidate"],
    [OTHER_LAYOUT, "yolox", "approved"],
  ]) {
    await cloud.database.query(
      `insert into model_versions (digest, name, layout, input_size, class_names, licence, size_bytes,
        state, made_at) values ($1, $2, $3, 320, '["car"]', '{}', 1, $4, 1)`,
      [digest, `model ${digest?.slice(0, 1)}`, layout, state],
    );
  }
});
afterAll(async () => {
  await connection.close();
  await cloud.stop();
});

const refused = (code: string) =>
  expect.objectContaining({ data: expect.objectContaining({ code }) });

test("a job is started from a version and a model, listed, told, and cancelled once", async () => {
  const options = await training.options.query();
  expect(options.datasets).toMatchObject([{ datasetId: DATASET, name: "cars", pictures: 3 }]);
  expect(options.bases.map(({ digest, isDefault }) => ({ digest, isDefault }))).toEqual([
    { digest: BASE, isDefault: true },
    { digest: CANDIDATE, isDefault: false },
  ]);

  const { jobId } = await training.start.mutate({ datasetId: DATASET, settings: { epochs: 4 } });
  const job = await training.byId.query({ jobId });
  expect(job).toMatchObject({
    state: "queued",
    cause: "person",
    datasetName: "cars",
    baseDigest: BASE,
    baseName: "model b",
    engine: "head",
    settings: { epochs: 4 },
    seed: 1,
    curve: [],
    fault: null,
  });
  expect((await training.list.query()).map((listed) => listed.jobId)).toEqual([jobId]);
  await expect(training.list.query({ before: job.queuedAt })).resolves.toEqual([]);

  await training.cancel.mutate({ jobId });
  await expect(training.byId.query({ jobId })).resolves.toMatchObject({ state: "cancelled" });
  await expect(training.cancel.mutate({ jobId })).rejects.toEqual(refused("CONFLICT"));
  const log = await cloud.database.query(
    "select action from audit_log where subject = $1 order by at",
    [jobId],
  );
  expect(log.map(({ action }) => action)).toEqual(["training.start", "training.cancel"]);
});

test("forged ids are not found, and nothing is written", async () => {
  const unknown = "f".repeat(64);
  const before = await training.list.query();
  await expect(training.byId.query({ jobId: uuidV7() })).rejects.toEqual(refused("NOT_FOUND"));
  await expect(training.cancel.mutate({ jobId: uuidV7() })).rejects.toEqual(refused("NOT_FOUND"));
  await expect(training.start.mutate({ datasetId: unknown })).rejects.toEqual(refused("NOT_FOUND"));
  for (const baseDigest of [unknown, OTHER_LAYOUT]) {
    const attempt = training.start.mutate({ datasetId: DATASET, baseDigest });
    await expect(attempt).rejects.toEqual(refused("NOT_FOUND"));
  }
  for (const datasetId of [
    "../../etc/passwd",
    "' or 1=1 --",
    "\u0000".repeat(64),
    "D".repeat(64),
  ]) {
    await expect(training.start.mutate({ datasetId })).rejects.toEqual(refused("BAD_REQUEST"));
  }
  await expect(training.byId.query({ jobId: "1; drop table" })).rejects.toEqual(
    refused("BAD_REQUEST"),
  );
  for (const settings of [{ epochs: 0 }, { epochs: 1e9 }, { learningRate: -1 }, { shell: "rm" }]) {
    const attempt = training.start.mutate({ datasetId: DATASET, settings });
    await expect(attempt).rejects.toEqual(refused("BAD_REQUEST"));
  }
  expect(await training.list.query()).toEqual(before);
});

test("the loop's settings change one by one, within bounds, and the change is in the audit log", async () => {
  await expect(training.loop.query()).resolves.toMatchObject({
    settings: { annotations: 100, enabled: true, engine: "head" },
    annotations: 0,
    base: { digest: BASE },
    blocked: null,
    lastDatasetId: null,
  });
  await training.setLoop.mutate({ annotations: 7 });
  await training.setLoop.mutate({ enabled: false });
  await expect(training.loop.query()).resolves.toMatchObject({
    settings: { annotations: 7, enabled: false, engine: "head" },
  });
  for (const change of [{ annotations: 0 }, { annotations: 1.5 }, { engine: "other" }, { no: 1 }]) {
    // @ts-expect-error what a forged client sends
    await expect(training.setLoop.mutate(change)).rejects.toEqual(refused("BAD_REQUEST"));
  }
  const log = await cloud.database.query(
    "select before, after from audit_log where action = 'training.settings' order by at",
  );
  expect(log[1]).toMatchObject({
    before: { annotations: 7, enabled: true },
    after: { annotations: 7, enabled: false },
  });
});

test("changes are told to every page that is open", async () => {
  const told: string[] = [];
  const { promise: started, resolve: onStarted } = Promise.withResolvers<unknown>();
  const subscription = connection.api.live.changes.subscribe(undefined, {
    onStarted,
    onData: ({ what }) => told.push(what),
  });
  await started;
  await training.start.mutate({ datasetId: DATASET });
  await expect.poll(() => told, { timeout: 10_000 }).toContain("training");
  subscription.unsubscribe();
});
