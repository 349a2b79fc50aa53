import { afterAll, beforeAll, expect, test } from "vitest";
import { waitUntil } from "../../../cloud/test/wait-until.ts";
import { ClusterFixture } from "./cluster-fixture.ts";
import { LearningFixture, someFrames } from "./learning-fixture.ts";

let fixture: LearningFixture;
let cluster: ClusterFixture;

beforeAll(async () => {
  [fixture, cluster] = await Promise.all([LearningFixture.start(), ClusterFixture.start()]);
}, 60_000);
afterAll(async () => {
  await fixture?.stopTrainers();
  await cluster?.stop();
  await fixture?.stop();
});

test("a model that a Job trained, and what a Job found of it, are those of a trainer's own processes", async () => {
  const { training, datasets, models } = fixture.api;
  await training.setLoop.mutate({ enabled: false });
  await fixture.answer(someFrames(await fixture.labels(), 24));
  const { datasetId } = await datasets.build.mutate({ name: "cars" });

  const train = async () => {
    const { jobId } = await training.start.mutate({ datasetId, settings: { epochs: 3 } });
    const job = () => training.byId.query({ jobId });
    await waitUntil(async () => {
      const { state, fault } = await job();
      if (state === "failed") throw new Error(JSON.stringify(fault));
      return state === "done";
    }, 200_000);
    return (await job()).modelDigest ?? "";
  };
  const trainer = await fixture.startTrainer();
  const digest = await train();
  const [first] = await fixture.query<{ id: string }>(
    "select evaluation_id as id from evaluations",
  );
  const here = await figuresOf(first?.id);
  await fixture.stopTrainer(trainer);

  await fixture.startTrainer(cluster.environment);
  expect(await train()).toBe(digest);
  const { evaluationId } = await models.evaluate.mutate({ digest });
  expect(await figuresOf(evaluationId)).toEqual(here);
  const made = cluster.jobs.map(({ name }) => name.split("-")[0]);
  expect(made).toEqual(["training", "evaluation"]);
}, 500_000);

/** What an evaluation found, without how long it took; waits for it. */
async function figuresOf(evaluationId: string | undefined): Promise<unknown> {
  const read = async () => {
    const [row] = await fixture.query<{ state: string; figures: unknown; fault: unknown }>(
      "select state, fault, figures - 'latencyMs' as figures from evaluations where evaluation_id = $1",
      [evaluationId],
    );
    if (row?.state === "failed") throw new Error(JSON.stringify(row.fault));
    return row;
  };
  await waitUntil(async () => (await read())?.state === "done", 200_000);
  return (await read())?.figures;
}
