import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { cancelJob } from "../../../cloud/src/training/jobs/start-job.ts";
import { waitUntil } from "../../../cloud/test/wait-until.ts";
import { childrenOf, PERSON, type SamplePicture, TrainingFixture } from "./training-fixture.ts";

let fixture: TrainingFixture;
let base: string;
let pictures: SamplePicture[];
let datasetId: string;
let trainer: { stop(): Promise<void> } | null = null;

beforeAll(async () => {
  fixture = await TrainingFixture.start();
  base = await fixture.base();
  pictures = await Promise.all([10, 20, 30].map((shade) => fixture.picture(shade)));
  datasetId = await fixture.dataset(pictures);
});
afterEach(async () => {
  await trainer?.stop();
  trainer = null;
  fixture.candidates.length = 0;
});
afterAll(() => fixture.stop());

const over = (jobId: string) =>
  waitUntil(
    async () => ["done", "failed", "cancelled"].includes((await fixture.job(jobId)).state),
    40_000,
  );
const inEpoch = (jobId: string, epoch: number) =>
  waitUntil(async () => (await fixture.job(jobId)).curve.length >= epoch, 20_000);

test("a job trains, tells its curve, and hands over a candidate; the same job gives the same bytes", async () => {
  trainer = await fixture.trainer();
  const first = await fixture.queue(datasetId, base);
  const second = await fixture.queue(datasetId, base);
  await over(first);
  await over(second);
  const jobs = await Promise.all([fixture.job(first), fixture.job(second)]);
  expect(jobs.map(({ state, fault, attempts }) => ({ state, fault, attempts }))).toEqual([
    { state: "done", fault: null, attempts: 1 },
    { state: "done", fault: null, attempts: 1 },
  ]);
  expect(jobs[0]?.curve.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5]);
  expect(fixture.candidates.map(({ jobId }) => jobId)).toEqual([first, second]);
  const [one, two] = fixture.candidates;
  expect(one?.digest).toBe(jobs[0]?.model_digest);
  expect(Buffer.compare(one?.bytes ?? Buffer.of(), two?.bytes ?? Buffer.of(1))).toBe(0);
  // One at a time, in their order.
  expect(jobs[1]?.started_at).toBeGreaterThanOrEqual(jobs[0]?.ended_at ?? Number.NaN);
});

test("a child that is killed goes on from its checkpoint, to the same bytes", async () => {
  trainer = await fixture.trainer();
  const whole = await fixture.queue(datasetId, base, { epochs: 6, epochMs: 10 });
  await over(whole);
  const cut = await fixture.queue(datasetId, base, { epochs: 6, epochMs: 400 });
  await inEpoch(cut, 2);
  for (const pid of await childrenOf(cut)) process.kill(pid, "SIGKILL");
  await over(cut);
  const [plain, resumed] = await Promise.all([fixture.job(whole), fixture.job(cut)]);
  expect(resumed).toMatchObject({ state: "done", model_digest: plain.model_digest });
  expect(resumed.curve.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6]);
});

test("a trainer that stops leaves its job to the next one, which goes on", async () => {
  trainer = await fixture.trainer();
  const whole = await fixture.queue(datasetId, base, { epochs: 5, epochMs: 10 });
  await over(whole);
  const jobId = await fixture.queue(datasetId, base, { epochs: 5, epochMs: 400 });
  await inEpoch(jobId, 2);
  await trainer.stop();
  expect(await childrenOf(jobId)).toEqual([]);
  expect((await fixture.job(jobId)).state).toBe("running");
  trainer = await fixture.trainer();
  await over(jobId);
  const job = await fixture.job(jobId);
  expect(job).toMatchObject({ state: "done", attempts: 2 });
  expect(job.model_digest).toBe((await fixture.job(whole)).model_digest);
});

test("a job that is cancelled ends its child and hands over nothing", async () => {
  trainer = await fixture.trainer();
  const jobId = await fixture.queue(datasetId, base, { epochs: 50, epochMs: 200 });
  await inEpoch(jobId, 1);
  await fixture.database.transaction((sql) => cancelJob(sql, jobId, PERSON));
  await waitUntil(async () => (await childrenOf(jobId)).length === 0);
  expect(await fixture.job(jobId)).toMatchObject({ state: "cancelled", ended_by: "Lena" });
  const next = await fixture.queue(datasetId, base, { epochMs: 10 });
  await over(next);
  expect(fixture.candidates.map((candidate) => candidate.jobId)).toEqual([next]);
  expect(await fixture.job(jobId)).toMatchObject({ state: "cancelled", model_digest: null });
});

test("a job that was cancelled before a trainer came is not begun", async () => {
  const jobId = await fixture.queue(datasetId, base);
  await fixture.database.transaction((sql) => cancelJob(sql, jobId, PERSON));
  trainer = await fixture.trainer();
  const next = await fixture.queue(datasetId, base, { epochMs: 10 });
  await over(next);
  expect(await fixture.job(jobId)).toMatchObject({ state: "cancelled", attempts: 0 });
});

test("an engine's fault is told with the last lines of its process", async () => {
  trainer = await fixture.trainer();
  const jobId = await fixture.queue(datasetId, base, { fault: "throws" });
  await over(jobId);
  const { state, fault } = await fixture.job(jobId);
  expect(state).toBe("failed");
  expect(fault).toMatchObject({ code: "TRAINING_FAILED", message: "the loss is not a number" });
  expect(fault?.lines.join("\n")).toContain("the loss is not a number");
});

test("a job whose process is killed again and again is given up, and says so", async () => {
  trainer = await fixture.trainer();
  const jobId = await fixture.queue(datasetId, base, { fault: "dies" });
  await over(jobId);
  const { state, fault } = await fixture.job(jobId);
  expect(state).toBe("failed");
  expect(fault).toMatchObject({
    code: "TRAINING_KILLED",
    message: "the process of the job was killed 5 times, by SIGKILL",
  });
});

test("a store that is away fails no job: it waits, and goes on when the store is back", async () => {
  trainer = await fixture.trainer({ endpoint: "http://127.0.0.1:9" });
  const jobId = await fixture.queue(datasetId, await fixture.base("another base"), { epochMs: 10 });
  await waitUntil(async () => (await fixture.job(jobId)).progress !== null);
  expect(await fixture.job(jobId)).toMatchObject({
    state: "running",
    progress: { stage: "waits, BLOBS_UNREACHABLE" },
  });
  await trainer.stop();
  trainer = await fixture.trainer();
  await over(jobId);
  expect(await fixture.job(jobId)).toMatchObject({ state: "done", fault: null });
});

test.each([
  [
    "pictures that are gone from S3",
    "TRAINING_PICTURES_GONE",
    async () => {
      const gone = await fixture.picture(99, { stored: false });
      return { datasetId: await fixture.dataset([...pictures, gone]), named: gone.picture };
    },
  ],
  [
    "a picture in S3 that is another one",
    "TRAINING_PICTURES_GONE",
    async () => {
      const other = await fixture.picture(98, { stored: false });
      const key = `snapshots/node-a/${other.picture}.jpg`;
      await fixture.put("sentinel-clips", key, Buffer.from("not this picture"));
      return { datasetId: await fixture.dataset([...pictures, other]), named: other.picture };
    },
  ],
  [
    "a dataset without a box",
    "DATASET_EMPTY",
    async () => ({ datasetId: await fixture.dataset(pictures, { boxes: [] }), named: "0 boxes" }),
  ],
  [
    "an empty dataset",
    "DATASET_EMPTY",
    async () => ({ datasetId: await fixture.dataset([]), named: "0 pictures" }),
  ],
  [
    "a dataset in which every picture shows the same",
    "DATASET_ONE_CLASS",
    async () => {
      const boxes = [{ className: "car", box: [0, 0, 500_000, 500_000] }];
      return { datasetId: await fixture.dataset(pictures, { boxes }), named: "car" };
    },
  ],
  [
    "a dataset without a picture to measure on",
    "DATASET_NO_VALIDATION",
    async () => ({
      datasetId: await fixture.dataset(pictures, { split: "train" }),
      named: "to measure on",
    }),
  ],
  [
    "a manifest that was tampered with",
    "TRAINING_DATASET_UNUSABLE",
    async () => {
      const id = await fixture.dataset(pictures, { capturedAt: 7 });
      await fixture.own.query(
        `update dataset_versions set manifest = jsonb_set(manifest, '{pictures,1,boxes}', '[]')
          where dataset_id = $1`,
        [id],
      );
      return { datasetId: id, named: id };
    },
  ],
  [
    "classes that the base model does not know",
    "TRAINING_DATASET_UNUSABLE",
    async () => {
      const boxes = ["heron", "car"].map((className) => ({ className, box: [0, 0, 9, 9] }));
      return { datasetId: await fixture.dataset(pictures, { boxes }), named: "heron" };
    },
  ],
  [
    "a base model of another layout",
    "TRAINING_BASE_UNUSABLE",
    async () => ({ base: await fixture.base("another layout", "yolox"), named: "yolox" }),
  ],
  [
    "a base model whose file is another one",
    "TRAINING_BASE_UNUSABLE",
    async () => {
      const digest = await fixture.base("tampered base");
      await fixture.put("sentinel-models", `models/${digest}.onnx`, Buffer.from("something else"));
      return { base: digest, named: digest };
    },
  ],
])("%s: the job fails by code and names them", async (_what, code, prepare) => {
  trainer = await fixture.trainer();
  const prepared: { datasetId?: string; base?: string; named: string } = await prepare();
  const jobId = await fixture.queue(prepared.datasetId ?? datasetId, prepared.base ?? base);
  await over(jobId);
  const { state, fault } = await fixture.job(jobId);
  expect({ state, code: fault?.code }).toEqual({ state: "failed", code });
  expect(fault?.message).toContain(prepared.named);
  expect(fixture.candidates).toEqual([]);
});

test("no training touches a golden picture, nor one that looks like it, also where it was frozen since", async () => {
  const golden = await fixture.picture(77);
  const like = await fixture.picture(78);
  const id = await fixture.dataset([...pictures, golden, like, pictures[0] as SamplePicture]);
  const phash = "00000000000000ff";
  await fixture.own.query("update annotations set phash = $2 where annotation_id = $1", [
    like.annotationId,
    "0000000000000000",
  ]);
  await fixture.own.query(
    "insert into golden_sets values ('golden-1', 'first', 1, 'Lena') on conflict do nothing",
  );
  await fixture.own.query("insert into golden_pictures values ('golden-1', $1, $2, $3)", [
    golden.picture,
    golden.annotationId,
    phash,
  ]);
  trainer = await fixture.trainer();
  const jobId = await fixture.queue(id, base);
  await over(jobId);
  const { fault } = await fixture.job(jobId);
  expect(fault?.code).toBe("TRAINING_GOLDEN_TOUCHED");
  expect(fault?.message).toContain(golden.picture);
  expect(fault?.message).toContain(like.picture);
});
