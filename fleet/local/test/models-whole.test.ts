import { createHash } from "node:crypto";
import { verifyEnvelope } from "@sentinel/protocol/signed-document";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SERVICE_HEADERS } from "../../../cloud/test/api-client.ts";
import { waitUntil } from "../../../cloud/test/wait-until.ts";
import { LearningFixture, someFrames } from "./learning-fixture.ts";
import { childrenOf } from "./training-fixture.ts";

/** Frames from here on are other cars: none of them is learnt from. */
const LATER = 240;

let fixture: LearningFixture;
let digest: string;
let datasetId: string;

beforeAll(async () => {
  fixture = await LearningFixture.start();
  const labels = await fixture.labels();
  const later = labels.filter(({ frame }) => frame >= LATER);
  await fixture.answer(someFrames(later, 30));
  await fixture.api.datasets.freeze.mutate({ name: "Later cars", query: {} });
  const earlier = labels.filter(({ frame }) => frame < LATER);
  await fixture.answer(someFrames(earlier, 60));
  ({ datasetId } = await fixture.api.datasets.build.mutate({ name: "First cars" }));
});
afterAll(() => fixture.stop());

const refused = (work: Promise<unknown>) =>
  work.then(
    () => "it was not refused",
    (error: Error) => error.message,
  );
const evaluations = (of = digest) => fixture.api.models.evaluations.query({ digest: of });
const evaluation = (evaluationId: string) => fixture.api.models.evaluation.query({ evaluationId });
/** Waits until an evaluation is over. */
async function over(evaluationId: string) {
  await waitUntil(async () => {
    const { state } = await evaluation(evaluationId);
    return state === "done" || state === "failed";
  }, 120_000);
  return await evaluation(evaluationId);
}

/** Waits until an evaluation is in the middle of its pictures. */
const looks = (evaluationId: string) =>
  waitUntil(async () => {
    const { state, progress } = await evaluation(evaluationId);
    if (state === "done") throw new Error("it was over too soon");
    return progress?.stage === "looking at pictures" && progress.done >= 2;
  }, 60_000);

test("a trained candidate is judged by itself, on the golden set: figures, curves, what changed; the gate passes it", async () => {
  await fixture.startTrainer();
  const { jobId } = await fixture.api.training.start.mutate({ datasetId });
  await waitUntil(async () => {
    const job = await fixture.api.training.byId.query({ jobId });
    if (job.fault !== null) throw new Error(JSON.stringify(job.fault));
    digest = job.modelDigest ?? "";
    return job.state === "done";
  }, 150_000);
  const [golden] = await fixture.api.datasets.golden.query();
  const { goldenId, pictures = 0 } = golden ?? {};
  const [queued] = await evaluations();
  expect(queued).toMatchObject({ digest, against: fixture.baseDigest, queuedBy: "system" });
  const { evaluationId = "" } = queued ?? {};
  const done = await over(evaluationId);
  const doubts = done.gate?.rules.filter(({ verdict }) => verdict !== "pass");
  expect(doubts?.map(({ sentence }) => sentence)).toEqual([]);
  expect(done).toMatchObject({
    state: "done",
    fault: null,
    attempts: 1,
    measuredOn: {
      kind: "golden",
      goldenId,
      name: "Later cars",
      chosenBy: 0,
      learntClasses: ["car"],
      missingClasses: [],
      learntCameras: 1,
      missingCameras: [],
      onlyClass: null,
    },
    gate: { verdict: "pass" },
  });
  expect(await fixture.api.models.byId.query({ digest })).toMatchObject({
    state: "candidate",
    gate: { verdict: "pass", evaluationId },
    evaluation: { evaluationId, state: "done" },
  });
  const { figures } = done;
  if (figures === null) throw new Error("there are no figures");
  expect(figures.pictures).toBe(pictures);
  const { AP50, AP } = figures.summary;
  expect(Object.keys(figures.summary)).toHaveLength(12);
  expect(AP50.after).toBeGreaterThan(0.7);
  expect(AP50.gain).toBeCloseTo((AP50.after ?? 0) - (AP50.before ?? 0), 9);
  for (const { after, afterInterval } of [AP50, AP]) {
    expect(afterInterval?.[0]).toBeLessThanOrEqual(after ?? 0);
    expect(afterInterval?.[1]).toBeGreaterThanOrEqual(after ?? 1);
  }
  const [car] = figures.classes;
  expect(car).toMatchObject({ className: "car", boxes: figures.boxes, ap50: AP50, ap: AP });
  expect(figures.cameras).toMatchObject([{ nodeId: "node-a", cameraId: "gate", pictures }]);
  // The area below the curve is AP50.
  const area = (curve: number[]) => curve.reduce((sum, value) => sum + value, 0) / curve.length;
  expect(figures.curve.after).toHaveLength(101);
  expect(area(figures.curve.after)).toBeCloseTo(AP50.after ?? 0, 3);
  expect(area(car?.curve.before ?? [])).toBeCloseTo(AP50.before ?? 0, 3);
  // One thread, both models on the same pictures.
  expect(figures.latencyMs.before.p50).toBeGreaterThan(1);
  expect(figures.latencyMs.after.p95).toBeGreaterThanOrEqual(figures.latencyMs.after.p50);

  expect(figures.changed.length).toBe(Math.min(20, figures.changedCount));
  const changes = figures.changed.map(
    ({ lost, gained, falseBefore, falseAfter }) =>
      lost + gained + Math.abs(falseAfter - falseBefore),
  );
  expect(changes).toEqual(changes.toSorted((a, b) => b - a));
  const [first] = figures.changed;
  if (first === undefined) throw new Error("no picture changed");
  const onlyAfter = first.truth.filter((box) => box.foundAfter && !box.foundBefore);
  expect(first.gained).toBe(onlyAfter.length);
  expect(first.after.filter(({ right }) => !right)).toHaveLength(first.falseAfter);
  const stored = await fetch(`${fixture.cloud.httpUrl}/api/snapshots/${first.picture}.jpg`, {
    headers: SERVICE_HEADERS,
  });
  expect(stored.status).toBe(200);
  const bytes = Buffer.from(await stored.arrayBuffer());
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(first.picture);
}, 300_000);

test("kill -9 of the process that looks, and of the trainer: the evaluation goes on to the same figures", async () => {
  const [before] = await evaluations();
  const { figures } = await evaluation(before?.evaluationId ?? "");
  await fixture.stopTrainers();
  const { evaluationId } = await fixture.api.models.evaluate.mutate({ digest });
  const trainer = await fixture.startTrainer();
  await looks(evaluationId);
  for (const pid of await childrenOf(evaluationId)) process.kill(pid, "SIGKILL");
  await waitUntil(async () => (await childrenOf(evaluationId)).length > 0);
  await looks(evaluationId);
  await fixture.stopTrainer(trainer, "SIGKILL");
  expect((await evaluation(evaluationId)).state).toBe("running");
  await fixture.startTrainer();
  const done = await over(evaluationId);
  expect(done).toMatchObject({ state: "done", attempts: 2, gate: { verdict: "pass" } });
  const { latencyMs: _, ...same } = figures ?? { latencyMs: null };
  expect(done.figures).toMatchObject(same);
}, 300_000);

test("approved, its manifest is signed and names the figures; its line leads to pictures, people, nodes and back", async () => {
  await fixture.api.models.approve.mutate({ digest });
  const model = await fixture.api.models.byId.query({ digest });
  expect(model).toMatchObject({ state: "approved", approvedBy: expect.any(String) });
  const { manifest, gate } = model;
  if (manifest === null) throw new Error("there is no manifest");
  expect(verifyEnvelope(manifest, fixture.keys)).toBeNull();
  const { figuresDigest } = await evaluation(gate?.evaluationId ?? "");
  expect(manifest.signed).toMatchObject({
    _type: "model",
    digest,
    baseDigest: fixture.baseDigest,
    datasetId,
    evaluationDigest: figuresDigest,
  });
  const tampered = { ...manifest, signed: { ...manifest.signed, name: "another" } };
  expect(verifyEnvelope(tampered, fixture.keys)).toBe("signature-wrong");
  const again = fixture.api.models.approve.mutate({ digest });
  expect(await refused(again)).toContain("it is approved already");
  const audits = await fixture.query<{ action: string }>(
    "select action from audit_log where subject = $1 order by id",
    [digest],
  );
  expect(audits.map(({ action }) => action)).toEqual([
    "model.register",
    "model.evaluate",
    "model.judge",
    "model.evaluate",
    "model.judge",
    "model.approve",
  ]);

  const lineage = await fixture.api.models.lineage.query({ digest });
  const { counts } = await fixture.api.datasets.byId.query({ datasetId });
  expect(lineage).toMatchObject({
    models: [
      { digest, datasetId, datasetName: "First cars" },
      { digest: fixture.baseDigest, datasetId: null },
    ],
    descendants: [],
    pictures: { learnt: counts.train.pictures, chosenBy: counts.validation.pictures },
    people: [{ name: "Lena", annotations: counts.train.pictures + counts.validation.pictures }],
    cameras: [{ nodeId: "node-a", cameraId: "gate" }],
  });
  const base = await fixture.api.models.lineage.query({ digest: fixture.baseDigest });
  expect(base.descendants.map((one) => one.digest)).toEqual([digest]);
  const first = await fixture.api.models.pictures.query({ digest, limit: 5 });
  expect(first.pictures).toHaveLength(5);
  const rest = await fixture.api.models.pictures.query({ digest, limit: 1000, cursor: first.next });
  expect(rest.next).toBeNull();
  const all = [...first.pictures, ...rest.pictures];
  expect(new Set(all.map(({ picture }) => picture)).size).toBe(
    counts.train.pictures + counts.validation.pictures,
  );
  expect(all[0]).toMatchObject({ personName: "Lena", nodeId: "node-a", cameraId: "gate" });
}, 60_000);

test("an evaluation that is cancelled ends its process, and what the gate said stays", async () => {
  const { cancelEvaluation, evaluate, byId } = fixture.api.models;
  const { gate } = await byId.query({ digest });
  const { evaluationId } = await evaluate.mutate({ digest });
  await looks(evaluationId);
  await cancelEvaluation.mutate({ evaluationId });
  await waitUntil(async () => (await childrenOf(evaluationId)).length === 0);
  expect(await refused(cancelEvaluation.mutate({ evaluationId }))).toContain("over already");
  const unknown = "00000000-0000-7000-8000-000000000000";
  expect(await refused(cancelEvaluation.mutate({ evaluationId: unknown }))).toContain(
    "no evaluation",
  );

  await fixture.stopTrainers();
  const queued = await evaluate.mutate({ digest });
  expect(queued.evaluationId).not.toBe(evaluationId);
  await cancelEvaluation.mutate(queued);
  await fixture.startTrainer();
  const next = await evaluate.mutate({ digest });
  expect(await over(next.evaluationId)).toMatchObject({ state: "done", attempts: 1 });
  expect(await evaluation(queued.evaluationId)).toMatchObject({ state: "cancelled", attempts: 0 });
  const cancelled = await evaluation(evaluationId);
  expect(cancelled).toMatchObject({
    state: "cancelled",
    figures: null,
    progress: null,
    fault: null,
  });
  expect(cancelled.endedBy).toEqual(expect.any(String));
  const [entry] = await fixture.query<{ subject: string; before: object }>(
    "select subject, before from audit_log where action = 'model.cancel-evaluation' order by id limit 1",
  );
  expect(entry).toMatchObject({ subject: digest, before: { evaluationId, state: "running" } });
  expect((await byId.query({ digest })).gate?.verdict).toBe(gate?.verdict);
}, 300_000);
