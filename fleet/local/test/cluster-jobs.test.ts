import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { cancelJob } from "../../../cloud/src/training/jobs/start-job.ts";
import { waitUntil } from "../../../cloud/test/wait-until.ts";
import { ClusterFixture, rulesOfController } from "./cluster-fixture.ts";
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

test("a pod that was killed goes on from its checkpoint, in a new Job, to the same bytes", async () => {
  trainer = await fixture.trainer({ place: cluster.place(fixture) });
  const whole = await fixture.queue(datasetId, base, { epochs: 6, epochMs: 10 });
  await over(whole);
  const cut = await fixture.queue(datasetId, base, { epochs: 6, epochMs: 700 });
  await inEpoch(cut, 2);
  const first = cluster.job(cut);
  first.kill("OOMKilled");
  await over(cut);
  const [plain, resumed] = await Promise.all([fixture.job(whole), fixture.job(cut)]);
  expect(resumed).toMatchObject({ state: "done", model_digest: plain.model_digest });
  expect(resumed.curve.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(cluster.job(cut)).not.toBe(first);
});

test("a Job goes on without its controller, whose successor finds it again", async () => {
  trainer = await fixture.trainer({ place: cluster.place(fixture) });
  const jobId = await fixture.queue(datasetId, base, { epochs: 8, epochMs: 500 });
  await inEpoch(jobId, 1);
  const before = cluster.job(jobId);
  await trainer.stop();
  expect(before.hasLivePod).toBe(true);
  trainer = await fixture.trainer({ place: cluster.place(fixture) });
  await over(jobId);
  expect(await fixture.job(jobId)).toMatchObject({ state: "done", attempts: 2 });
  expect(cluster.job(jobId)).toBe(before);
});

test("a Job that ended and was tidied away while nobody looked is not made a second time", async () => {
  trainer = await fixture.trainer({ place: cluster.place(fixture) });
  const jobId = await fixture.queue(datasetId, base, { epochs: 3, epochMs: 300 });
  await inEpoch(jobId, 1);
  const { api } = cluster;
  const job = cluster.job(jobId);
  await trainer.stop();
  await waitUntil(() => job.isOver, 20_000);
  api.namespace.delete(job.name);
  await waitUntil(() => !cluster.jobs.includes(job));
  trainer = await fixture.trainer({ place: cluster.place(fixture) });
  await over(jobId);
  expect(await fixture.job(jobId)).toMatchObject({ state: "done", attempts: 2 });
  expect(cluster.jobs).toEqual([]);
});

test("a job that is cancelled ends its Job and its process, and hands over nothing", async () => {
  trainer = await fixture.trainer({ place: cluster.place(fixture) });
  const jobId = await fixture.queue(datasetId, base, { epochs: 50, epochMs: 200 });
  await inEpoch(jobId, 1);
  await fixture.database.transaction((sql) => cancelJob(sql, jobId, PERSON));
  await waitUntil(() => cluster.jobs.length === 0, 20_000);
  expect(await childrenOf(jobId)).toEqual([]);
  expect(await fixture.job(jobId)).toMatchObject({ state: "cancelled", model_digest: null });
  expect(fixture.candidates).toEqual([]);
});

test("a job that was cancelled while no controller was there loses its Job to the next one", async () => {
  trainer = await fixture.trainer({ place: cluster.place(fixture) });
  const jobId = await fixture.queue(datasetId, base, { epochs: 50, epochMs: 200 });
  await inEpoch(jobId, 1);
  await trainer.stop();
  await fixture.database.transaction((sql) => cancelJob(sql, jobId, PERSON));
  expect(cluster.jobs.length).toBe(1);
  trainer = await fixture.trainer({ place: cluster.place(fixture) });
  await waitUntil(() => cluster.jobs.length === 0, 20_000);
});

test("a Job that somebody deletes is made again, but not for ever", async () => {
  trainer = await fixture.trainer({ place: cluster.place(fixture) });
  const jobId = await fixture.queue(datasetId, base, { epochs: 50, epochMs: 200 });
  const deletes = setInterval(() => void cluster.clear(), 20);
  try {
    await over(jobId);
  } finally {
    clearInterval(deletes);
  }
  expect((await fixture.job(jobId)).fault).toMatchObject({
    code: "JOB_VANISHED",
    message: `training-${jobId} was deleted 5 times`,
  });
});

test("a fault is told with the last words of the pod", async () => {
  trainer = await fixture.trainer({ place: cluster.place(fixture) });
  const jobId = await fixture.queue(datasetId, base, { fault: "throws" });
  await over(jobId);
  const { state, fault } = await fixture.job(jobId);
  expect(state).toBe("failed");
  expect(fault).toMatchObject({ code: "TRAINING_FAILED", message: "the loss is not a number" });
  expect(fault?.lines.join("\n")).toContain("Error: the loss is not a number");
  expect(fault?.lines.join("\n")).not.toContain("X-Amz-");
});

test("pictures that are gone are named by the pod as by a process", async () => {
  const gone = await fixture.picture(99, { stored: false });
  const pictures = await Promise.all([10, 20, 30].map((shade) => fixture.picture(shade)));
  const broken = await fixture.dataset([...pictures, gone]);
  trainer = await fixture.trainer({ place: cluster.place(fixture) });
  const jobId = await fixture.queue(broken, base);
  await over(jobId);
  const { fault } = await fixture.job(jobId);
  expect(fault?.code).toBe("TRAINING_PICTURES_GONE");
  expect(fault?.message).toContain(gone.picture);
});

test.each([
  [
    "an image that cannot be pulled",
    "JOB_IMAGE_UNUSABLE",
    { settings: { image: "sentinel.local/other:1" }, pace: { imagePatienceMs: 300 } },
    "ErrImagePull",
  ],
  ["limits that no cluster understands", "JOB_REFUSED", { settings: { memory: "much" } }, "memory"],
  [
    "a job that takes too long",
    "JOB_TIMED_OUT",
    { settings: { deadlineSeconds: 1 } },
    "longer than specified deadline",
  ],
])("%s: the job fails by code and says so", async (_what, code, change, words) => {
  trainer = await fixture.trainer({ place: cluster.place(fixture, change) });
  const jobId = await fixture.queue(datasetId, base, { epochs: 50, epochMs: 200 });
  await over(jobId);
  const { fault } = await fixture.job(jobId);
  expect(fault).toMatchObject({ code, message: expect.stringContaining(words) });
});

test.each([
  ["Jobs", { jobs: 0 }],
  ["pods", { pods: 0 }],
])(
  "a quota that leaves no room for %s is waited for, and told where it goes on",
  async (_of, quota) => {
    const { namespace } = cluster.api;
    namespace.quota = quota;
    try {
      trainer = await fixture.trainer({ place: cluster.place(fixture) });
      const waits = await fixture.queue(datasetId, base, { epochMs: 10 });
      const stage = async () => (await fixture.job(waits)).progress?.stage;
      await waitUntil(async () => (await stage()) === "waits, JOB_QUOTA_EXCEEDED", 20_000);
      namespace.quota = {};
      await over(waits);
      expect(await fixture.job(waits)).toMatchObject({ state: "done", fault: null });
      await trainer.stop();

      namespace.quota = quota;
      await cluster.clear();
      const pace = { roomPatienceMs: 200 };
      trainer = await fixture.trainer({ place: cluster.place(fixture, { pace }) });
      const never = await fixture.queue(datasetId, base);
      await over(never);
      const { fault } = await fixture.job(never);
      expect(fault).toMatchObject({
        code: "JOB_QUOTA_EXCEEDED",
        message: expect.stringContaining("exceeded quota: training-jobs"),
      });
    } finally {
      namespace.quota = {};
    }
  },
);

test("a cluster that is away, or that does not know its controller, fails no job: it waits", async () => {
  const jobId = await fixture.queue(datasetId, base, { epochMs: 10 });
  const waits = (code: string) =>
    waitUntil(async () => (await fixture.job(jobId)).progress?.stage === `waits, ${code}`, 20_000);
  const away = { url: "https://127.0.0.1:9" };
  trainer = await fixture.trainer({ place: cluster.place(fixture, { access: away }) });
  await waits("JOBS_API_UNREACHABLE");
  await trainer.stop();
  const stranger = await ClusterFixture.start([]);
  try {
    trainer = await fixture.trainer({ place: stranger.place(fixture) });
    await waits("JOBS_API_REFUSED");
    await trainer.stop();
    // Another authority than the one that the ServiceAccount knows.
    const { accountDir } = stranger.api;
    trainer = await fixture.trainer({ place: cluster.place(fixture, { access: { accountDir } }) });
    await waits("JOBS_API_UNREACHABLE");
    await trainer.stop();
  } finally {
    await stranger.stop();
  }
  trainer = await fixture.trainer({ place: cluster.place(fixture) });
  await over(jobId);
  expect(await fixture.job(jobId)).toMatchObject({ state: "done", fault: null });
});

test("the controller's Role is exactly what it has used by now", () => {
  const granted = rulesOfController().flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`)),
    ),
  );
  expect([...cluster.api.accesses].sort()).toEqual(granted.sort());
});
