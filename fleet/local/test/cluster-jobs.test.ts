import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { cancelJob } from "../../../cloud/src/training/jobs/start-job.ts";
import { waitUntil } from "../../../cloud/test/wait-until.ts";
import { ClusterFixture } from "./cluster-fixture.ts";
import { childrenOf, PERSON, TrainingFixture } from "./training-fixture.ts";

let fixture: TrainingFixture;
let cluster: ClusterFixture;
let base: string;
let datasetId: string;
let trainer: { stop(): Promise<void> } | null = null;

beforeAll(async () => {
  [fixture, cluster] = await Promise.all([TrainingFixture.start(), ClusterFixture.start()]);
  base = await fixture.base();
  const pictures = await Promise.all([10, 20, 30].map((shade) => fixture.picture(shade)));
  datasetId = await fixture.dataset(pictures);
});
afterEach(async () => {
  await trainer?.stop();
  trainer = null;
  fixture.candidates.length = 0;
  await cluster.clear();
});
afterAll(async () => {
  await cluster?.stop();
  await fixture?.stop();
});

const over = (jobId: string) =>
  waitUntil(
    async () => ["done", "failed", "cancelled"].includes((await fixture.job(jobId)).state),
    40_000,
  );
const inEpoch = (jobId: string, epoch: number) =>
  waitUntil(async () => (await fixture.job(jobId)).curve.length >= epoch, 20_000);

test("a Job gives the same bytes as a child process, and tells its curve", async () => {
  trainer = await fixture.trainer();
  const here = await fixture.queue(datasetId, base);
  await over(here);
  await trainer.stop();
  trainer = await fixture.trainer({ place: cluster.place(fixture) });
  const there = await fixture.queue(datasetId, base);
  await over(there);
  const [one, other] = await Promise.all([fixture.job(here), fixture.job(there)]);
  expect(other).toMatchObject({ state: "done", fault: null, model_digest: one.model_digest });
  expect(other.curve).toEqual(one.curve);
  const [first, second] = fixture.candidates;
  expect(Buffer.compare(first?.bytes ?? Buffer.of(), second?.bytes ?? Buffer.of(1))).toBe(0);
  expect(cluster.job(there).isOver).toBe(true);
});
