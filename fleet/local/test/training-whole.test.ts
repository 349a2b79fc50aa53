import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { waitUntil } from "../../../cloud/test/wait-until.ts";
import { LearningFixture, someFrames } from "./learning-fixture.ts";
import { childrenOf } from "./training-fixture.ts";

/** Frames of the clip that become answers. */
const ANSWERS = 40;

let fixture: LearningFixture;

beforeAll(async () => {
  fixture = await LearningFixture.start();
  await fixture.startTrainer();
});
afterAll(() => fixture.stop());

test("answers become a dataset version, a job, a better model and a candidate, by themselves", async () => {
  const { training } = fixture.api;
  const { baseDigest } = fixture;
  await training.setLoop.mutate({ annotations: 20, enabled: false });
  await fixture.answer(someFrames(await fixture.labels(), ANSWERS));
  await training.setLoop.mutate({ enabled: true });
  await waitUntil(async () => {
    const [job] = await training.list.query();
    const { blocked } = await training.loop.query();
    if (blocked !== null) throw new Error(`${blocked.code}: ${blocked.message}`);
    if (job?.state === "failed") throw new Error(JSON.stringify(job.fault));
    return job?.state === "done";
  }, 150_000);

  const [job] = await training.list.query();
  expect(job).toMatchObject({ cause: "threshold", baseDigest, engine: "head", attempts: 1 });
  expect(job?.curve.length).toBeGreaterThan(1);
  const [candidate] = await fixture.query<{ digest: string; size_bytes: string }>(
    "select * from model_versions where state = 'candidate'",
  );
  expect(candidate).toMatchObject({
    digest: job?.modelDigest,
    name: "yolov5s-320.1",
    base_digest: baseDigest,
    job_id: job?.jobId,
    dataset_id: job?.datasetId,
    input_size: 320,
  });
  const bytes = await fixture.read("sentinel-models", `models/${candidate?.digest}.onnx`);
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(candidate?.digest);

  // By hand, from the same, killed on the way: the same bytes, and no second model.
  const { jobId } = await training.start.mutate({ datasetId: job?.datasetId ?? "", baseDigest });
  const now = () => training.byId.query({ jobId });
  await waitUntil(async () => (await now()).curve.length > 0, 150_000);
  for (const pid of await childrenOf(jobId)) process.kill(pid, "SIGKILL");
  await waitUntil(async () => (await now()).state === "done", 150_000);
  await expect(now()).resolves.toMatchObject({
    modelDigest: candidate?.digest,
  });
}, 300_000);
