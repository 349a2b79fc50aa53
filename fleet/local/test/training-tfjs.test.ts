import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { waitUntil } from "../../../cloud/test/wait-until.ts";
import { LearningFixture, someFrames } from "./learning-fixture.ts";

let fixture: LearningFixture;

beforeAll(async () => {
  fixture = await LearningFixture.start();
  await fixture.startTrainer();
});
afterAll(() => fixture.stop());

test("a job on TensorFlow.js goes through the queue to a registered candidate that has learnt", async () => {
  const { training, datasets, models } = fixture.api;
  await training.setLoop.mutate({ enabled: false });
  await fixture.answer(someFrames(await fixture.labels(), 24));
  const { datasetId } = await datasets.build.mutate({ name: "cars" });
  const settings = { epochs: 3 };
  const { jobId } = await training.start.mutate({ datasetId, engine: "tfjs", settings });
  const now = () => training.byId.query({ jobId });
  await waitUntil(async () => {
    const { state, fault } = await now();
    if (state === "failed") throw new Error(JSON.stringify(fault));
    return state === "done";
  }, 200_000);
  const job = await now();
  expect(job).toMatchObject({ engine: "tfjs", attempts: 1, settings });
  expect(job.curve.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
  expect(job.curve[2]?.trainLoss).toBeLessThan(job.curve[0]?.trainLoss ?? 0);
  const digest = job.modelDigest ?? "";
  const bytes = await fixture.read("sentinel-models", `models/${digest}.onnx`);
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(digest);
  const candidate = (await models.list.query()).find((one) => one.digest === digest);
  expect(candidate).toMatchObject({ state: "candidate", layout: "yolov5" });
  expect(digest).not.toBe(fixture.baseDigest);
}, 300_000);
