import { fork } from "node:child_process";
import { once } from "node:events";
import { CodedError } from "@sentinel/protocol/coded-error";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import {
  loopSettingsSchema,
  writeLoopSettings,
} from "../../../cloud/src/training/jobs/loop-settings.ts";
import { readLoopState } from "../../../cloud/src/training/jobs/loop-state.ts";
import { waitUntil } from "../../../cloud/test/wait-until.ts";
import { COUNTING_PROGRAMS } from "./counting-programs.ts";
import { ACCESS_KEY, REGION, SECRET_KEY } from "./s3-fixture.ts";
import type { HeldTrainer } from "./trainer-holder.ts";
import { PERSON, type SamplePicture, TrainingFixture } from "./training-fixture.ts";

let fixture: TrainingFixture;
let base: string;
let pictures: SamplePicture[];
let datasetId: string;

beforeAll(async () => {
  fixture = await TrainingFixture.start();
  base = await fixture.base();
  pictures = await Promise.all([10, 20, 30].map((shade) => fixture.picture(shade, { at: 1 })));
  datasetId = await fixture.dataset(pictures);
});
beforeEach(async () => {
  await fixture.own.query("delete from annotations where at > 1");
  await fixture.own.query("delete from loop_settings");
  await fixture.own.query("delete from training_jobs");
  await fixture.own.query(
    `insert into loop_settings values ('memory', '{"countedTo": 1, "datasetId": null, "blocked": null}', 1, 'system')`,
  );
});
afterAll(() => fixture.stop());

const change = (settings: object) =>
  fixture.database.transaction((sql) =>
    writeLoopSettings(sql, loopSettingsSchema.parse(settings), PERSON),
  );
const jobs = () => fixture.database.reads.selectFrom("training_jobs").selectAll().execute();
const state = () => readLoopState(fixture.database);

let shade = 100;
async function annotate(count: number): Promise<void> {
  for (let made = 0; made < count; made += 1) {
    shade += 1;
    await fixture.picture(shade, { stored: false });
  }
}

test("enough new annotations build a version and start a job, once; then it counts from there", async () => {
  await change({ annotations: 3 });
  let built = 0;
  const trainer = await fixture.trainer({
    buildVersion: async () => {
      built += 1;
      return { datasetId };
    },
  });
  await annotate(2);
  await expect(state()).resolves.toMatchObject({ annotations: 2, jobId: null });
  await annotate(1);
  await waitUntil(async () => (await jobs()).some((job) => job.state === "done"), 30_000);
  expect(await jobs()).toMatchObject([
    { cause: "threshold", dataset_id: datasetId, base_digest: base, engine: "head" },
  ]);
  expect(built).toBe(1);
  expect(await state()).toMatchObject({ annotations: 0, memory: { datasetId, blocked: null } });
  const log = await fixture.own.query<{ actor: string }>(
    "select actor from audit_log where action = 'training.start'",
  );
  expect(log.at(-1)?.actor).toBe("system");
  await trainer.stop();
});

test("what refuses a version is shown, and tried again when more have come", async () => {
  await change({ annotations: 2 });
  let refusing = true;
  const trainer = await fixture.trainer({
    buildVersion: async () => {
      if (!refusing) return { datasetId };
      throw new CodedError("DATASET_TOO_NARROW", "every picture shows the same", {
        retryable: false,
      });
    },
  });
  await annotate(2);
  await waitUntil(async () => (await state()).memory.blocked !== null);
  expect((await state()).memory.blocked).toMatchObject({
    code: "DATASET_TOO_NARROW",
    message: "every picture shows the same",
  });
  expect(await jobs()).toEqual([]);
  refusing = false;
  await annotate(1);
  await waitUntil(async () => (await jobs()).length === 1);
  expect(await state()).toMatchObject({ annotations: 0, memory: { blocked: null } });
  await trainer.stop();
});

test("a loop that is switched off, or has no model to begin from, starts nothing and says so", async () => {
  await change({ annotations: 1, enabled: false });
  const trainer = await fixture.trainer({ buildVersion: async () => ({ datasetId }) });
  await annotate(1);
  await fixture.own.query("update model_versions set state = 'candidate'");
  await change({ annotations: 1, enabled: true });
  await waitUntil(async () => (await state()).memory.blocked !== null);
  expect((await state()).memory.blocked?.code).toBe("TRAINING_BASE_UNUSABLE");
  expect(await jobs()).toEqual([]);
  await fixture.own.query("update model_versions set state = 'approved'");
  await trainer.stop();
});

test("kill -9 of the whole trainer: its child ends too, and another trainer goes on to the same bytes", async () => {
  const quick = await fixture.trainer();
  const whole = await fixture.queue(datasetId, base, { epochs: 5, epochMs: 10 });
  await waitUntil(async () => (await fixture.job(whole)).state === "done", 30_000);
  await quick.stop();

  const jobId = await fixture.queue(datasetId, base, { epochs: 5, epochMs: 700 });
  const holder = fork(new URL("./trainer-holder.ts", import.meta.url).pathname);
  holder.send({
    databaseUrl: fixture.own.url,
    endpoint: fixture.s3.endpoint,
    accessKey: ACCESS_KEY,
    secretKey: SECRET_KEY,
    region: REGION,
    workDir: fixture.workDir,
    mainFile: COUNTING_PROGRAMS.training,
  } satisfies HeldTrainer);
  await waitUntil(async () => (await fixture.job(jobId)).curve.length >= 2, 30_000);
  holder.kill("SIGKILL");
  await once(holder, "exit");
  expect((await fixture.job(jobId)).state).toBe("running");

  const next = await fixture.trainer();
  await waitUntil(async () => (await fixture.job(jobId)).state === "done", 50_000);
  const job = await fixture.job(jobId);
  expect(job.attempts).toBe(2);
  expect(job.curve.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5]);
  expect(job.model_digest).toBe((await fixture.job(whole)).model_digest);
  await next.stop();
}, 120_000);
