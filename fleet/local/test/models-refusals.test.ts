import { afterAll, beforeAll, expect, test } from "vitest";
import { waitUntil } from "../../../cloud/test/wait-until.ts";
import { tinyModel } from "../../../edge-agent/test/tiny-model.ts";
import { LearningFixture, type SampleModel, someFrames } from "./learning-fixture.ts";

const SIZE = 32;
/** Boxes that a YOLOv5 model proposes at 32 pixels, and values of each with 80 classes. */
const OUTPUT = [63, 85] as const;
const CAR = 2;

let fixture: LearningFixture;
/** Finds a car in the middle of whatever it sees, so sure of itself. */
const seesCar = (score: number, at = 0.5) =>
  tinyModel({
    inputSize: SIZE,
    output: OUTPUT,
    value: (row, column) => {
      if (row > 0) return 0;
      if (column < 2) return at;
      if (column < 4) return 0.5;
      return column === 4 || column === 5 + CAR ? score : 0;
    },
  });
let base: string;
let candidate: string;
let datasetId: string;
let learnt: string[];
let validation: string[];

beforeAll(async () => {
  fixture = await LearningFixture.start();
  const labels = await fixture.labels();
  await fixture.answer(someFrames(labels, 24));
  ({ datasetId } = await fixture.api.datasets.build.mutate({ name: "Cars" }));
  const { pictures } = await fixture.api.datasets.manifest.query({ datasetId });
  const of = (split: string) =>
    pictures.flatMap((one) => (one.split === split ? [one.picture] : []));
  [learnt, validation] = [of("train"), of("validation")];
  base = await fixture.register(seesCar(0.5), { inputSize: SIZE, state: "approved" });
  candidate = await register(seesCar(0.9));
  await fixture.startTrainer();
});
afterAll(() => fixture.stop());

const register = (file: Uint8Array, change: SampleModel = {}) =>
  fixture.register(file, { inputSize: SIZE, baseDigest: base, datasetId, ...change });

async function evaluate(digest: string, wish: { goldenId?: string; against?: string } = {}) {
  const { evaluationId } = await fixture.api.models.evaluate.mutate({ digest, ...wish });
  const now = () => fixture.api.models.evaluation.query({ evaluationId });
  await waitUntil(async () => ["done", "failed"].includes((await now()).state), 60_000);
  return await now();
}
const refused = (work: Promise<unknown>) =>
  work.then(
    () => "it was not refused",
    (error: Error) => error.message,
  );

let sets = 0;
/** A golden set that nobody checked: what a person could only have made with SQL. */
async function forgeGolden(
  pictures: readonly { picture: string; phash?: string; boxes?: object }[],
) {
  sets += 1;
  const goldenId = String(sets).padStart(64, "0");
  await fixture.query("insert into golden_sets values ($1, $2, $3, 'Lena')", [
    goldenId,
    `forged ${sets}`,
    sets,
  ]);
  for (const { picture, phash = "", boxes } of pictures) {
    const [annotation] = await fixture.query<{ id: string }>(
      `insert into annotations (annotation_id, node_id, camera_id, picture, width, height, crop,
          captured_at, phash, boxes, verdict, person_id, person_name, at, superseded_at)
        select gen_random_uuid(), node_id, camera_id, picture, width, height, crop, captured_at, phash,
          coalesce($2, boxes), verdict, person_id, person_name, at, 1
        from annotations where picture = $1 limit 1 returning annotation_id as id`,
      [picture, boxes === undefined ? null : JSON.stringify(boxes)],
    );
    await fixture.query("insert into golden_pictures values ($1, $2, $3, $4)", [
      goldenId,
      picture,
      annotation?.id,
      phash,
    ]);
  }
  return goldenId;
}

test("without a golden set a candidate is judged by what chose it: that decides nothing, and the gate says what to do", async () => {
  const done = await evaluate(candidate);
  expect(done).toMatchObject({
    state: "done",
    measuredOn: { kind: "validation", datasetId, name: "Cars", chosenBy: validation.length },
  });
  expect(done.gate?.verdict).not.toBe("pass");
  expect(done.gate?.rules[0]).toMatchObject({ rule: "pictures", verdict: "inconclusive" });
  expect(done.gate?.rules[0]?.sentence).toContain("freeze a golden set");
});

test("what chose its epoch decides nothing either where it is frozen afterwards", async () => {
  const goldenId = await forgeGolden(validation.map((picture) => ({ picture })));
  const done = await evaluate(candidate, { goldenId });
  expect(done.measuredOn).toMatchObject({ kind: "golden", chosenBy: validation.length });
  expect(done.gate?.rules[0]).toMatchObject({ verdict: "inconclusive" });
});

test("pictures that it was trained on, and their likes, are refused and named", async () => {
  const [trained = "", other = ""] = learnt;
  const [facts] = await fixture.query<{ phash: string }>(
    "select phash from picture_facts where picture = $1",
    [other],
  );
  const [free = ""] = validation;
  const sets: [{ picture: string; phash?: string }[], string][] = [
    [[{ picture: trained }], trained],
    [[{ picture: free, phash: facts?.phash ?? "" }], free],
  ];
  for (const [pictures, named] of sets) {
    const goldenId = await forgeGolden(pictures);
    const before = (await fixture.api.models.byId.query({ digest: candidate })).gate;
    const failed = await evaluate(candidate, { goldenId });
    expect(failed).toMatchObject({ state: "failed", figures: null, gate: null });
    expect(failed.fault).toMatchObject({ code: "EVALUATION_TRAINED_ON" });
    expect(failed.fault?.message).toContain(named);
    expect(failed.fault?.action).toContain("golden set");
    // What was known of it stands.
    const model = await fixture.api.models.byId.query({ digest: candidate });
    expect(model).toMatchObject({ gate: before, evaluation: { fault: "EVALUATION_TRAINED_ON" } });
  }
  // Also where its base, or the base of that, was trained on it.
  const goldenId = await forgeGolden([{ picture: trained }]);
  const child = await register(seesCar(0.8), { baseDigest: candidate });
  await fixture.query("update model_versions set dataset_id = null where digest = $1", [child]);
  const failed = await evaluate(child, { goldenId });
  expect(failed.fault).toMatchObject({ code: "EVALUATION_TRAINED_ON" });
});

test("answers that are no numbers, a file of other classes, or no model at all fail the gate; none is approved", async () => {
  const nan = tinyModel({
    inputSize: SIZE,
    output: OUTPUT,
    value: (row) => (row === 7 ? Number.NaN : 0),
  });
  const threeClasses = tinyModel({ inputSize: SIZE, output: [63, 8], value: 0 });
  for (const [file, words] of [
    [nan, "not finite"],
    [threeClasses, "it answers 1 x 63 x 8 numbers"],
    [Buffer.from("not an ONNX file"), "cannot be measured"],
  ] as const) {
    const digest = await register(file);
    const done = await evaluate(digest);
    expect(done).toMatchObject({ state: "done", figures: null, gate: { verdict: "fail" } });
    expect(done.gate?.rules).toMatchObject([{ rule: "output", verdict: "fail" }]);
    expect(done.gate?.rules[0]?.sentence).toContain(words);
    const approve = fixture.api.models.approve.mutate({ digest, reason: "I like it" });
    expect(await refused(approve)).toContain("the gate failed it: It cannot be measured");
    const model = await fixture.api.models.byId.query({ digest });
    expect(model).toMatchObject({ state: "candidate", manifest: null });
  }
});

test("a base that cannot be run is not the candidate's fault: no verdict", async () => {
  const broken = await fixture.register(Buffer.from("no model either"), { inputSize: SIZE });
  const digest = await register(seesCar(0.7), { baseDigest: broken });
  const failed = await evaluate(digest);
  expect(failed).toMatchObject({ state: "failed", gate: null, fault: { code: "MODEL_UNUSABLE" } });
});

test("models of other classes, and pictures of classes that it does not know, are refused", async () => {
  const classNames = ["heron", ...fixture.classNames.slice(1)];
  const digest = await register(seesCar(0.6), { classNames });
  const failed = await evaluate(digest);
  expect(failed.fault).toMatchObject({ code: "EVALUATION_WRONG_CLASSES" });
  expect(failed.fault?.message).toContain("heron");

  const boxes = [{ className: "heron", box: [0.1, 0.1, 0.3, 0.3] }];
  const [picture = ""] = validation;
  const goldenId = await forgeGolden([{ picture, boxes }]);
  const other = await evaluate(candidate, { goldenId });
  expect(other.fault).toMatchObject({ code: "EVALUATION_WRONG_CLASSES" });
  expect(other.fault?.message).toContain("heron");
});

test("a golden set without a box is refused; one of one class, and one of other classes, decide nothing", async () => {
  const [one = "", two = ""] = validation;
  const car = { className: "car", box: [0.25, 0.25, 0.5, 0.5] };
  const none = await forgeGolden([{ picture: one, boxes: [] }]);
  const failed = await evaluate(candidate, { goldenId: none });
  expect(failed.fault).toMatchObject({ code: "EVALUATION_EMPTY" });
  const unknown = fixture.api.models.evaluate.mutate({
    digest: candidate,
    goldenId: "e".repeat(64),
  });
  expect(await refused(unknown)).toContain("There is no golden set");

  const onlyCars = await forgeGolden([one, two].map((picture) => ({ picture, boxes: [car] })));
  const oneClass = await evaluate(candidate, { goldenId: onlyCars });
  expect(oneClass.gate?.rules[1]).toMatchObject({ rule: "coverage", verdict: "inconclusive" });
  expect(oneClass.gate?.rules[1]?.sentence).toContain("shows car and nothing else");

  const dog = { className: "dog", box: [0, 0, 0.5, 0.5] };
  const dogs = await forgeGolden([
    { picture: one, boxes: [dog] },
    { picture: two, boxes: [] },
  ]);
  const noCars = await evaluate(candidate, { goldenId: dogs });
  expect(noCars.gate?.rules[1]).toMatchObject({ verdict: "inconclusive" });
  expect(noCars.gate?.rules[1]?.sentence).toContain("nothing of car");
});

test("pictures and models that are gone from the store are named", async () => {
  const gone = "f".repeat(64);
  const [like = ""] = validation;
  await fixture.query(
    `insert into annotations (annotation_id, node_id, camera_id, picture, width, height, crop,
        captured_at, phash, boxes, verdict, person_id, person_name, at, superseded_at)
      select gen_random_uuid(), node_id, camera_id, $1, width, height, crop, captured_at, phash,
        '[{"className": "car", "box": [0, 0, 1, 1]}]', verdict, person_id, person_name, at, 1
      from annotations where picture = $2 limit 1`,
    [gone, like],
  );
  const goldenId = await forgeGolden([{ picture: gone }]);
  const failed = await evaluate(candidate, { goldenId });
  expect(failed.fault).toMatchObject({ code: "EVALUATION_PICTURES_GONE" });
  expect(failed.fault?.message).toContain(gone);

  const digest = await register(seesCar(0.65));
  await fixture.put("sentinel-models", `models/${digest}.onnx`, Buffer.from("another file"));
  const other = await evaluate(digest);
  expect(other.fault).toMatchObject({ code: "MODEL_FILE_GONE" });
});

test("by itself the newest golden set is chosen that covers what it learnt and that it did not learn from", async () => {
  const covering = await forgeGolden(validation.map((picture) => ({ picture })));
  const [picture = ""] = validation;
  // Newer ones: other classes, and pictures that it was trained on.
  await forgeGolden([{ picture, boxes: [{ className: "dog", box: [0, 0, 0.5, 0.5] }] }]);
  await forgeGolden(learnt.map((name) => ({ picture: name })));
  const done = await evaluate(candidate);
  expect(done).toMatchObject({ state: "done", measuredOn: { goldenId: covering } });
});

test("any two models can be compared; the gate judges a candidate against its base only", async () => {
  const before = (await fixture.api.models.byId.query({ digest: candidate })).gate;
  const rival = await register(seesCar(0.95, 0.2));
  const goldenId = await forgeGolden(validation.map((picture) => ({ picture })));
  const done = await evaluate(candidate, { against: rival, goldenId });
  expect(done).toMatchObject({ state: "done", against: rival, gate: null });
  expect(done.figures?.pictures).toBe(validation.length);
  expect((await fixture.api.models.byId.query({ digest: candidate })).gate).toEqual(before);
  const { evaluate: ask } = fixture.api.models;
  expect(await refused(ask.mutate({ digest: base }))).toContain("has no base");
  expect(await refused(ask.mutate({ digest: base, against: base }))).toContain("with itself");
  expect(await refused(ask.mutate({ digest: "e".repeat(64) }))).toContain("has no model");
});

test("a model that a person rejected or revoked stays so, with the reason", async () => {
  const { reject, revoke, approve } = fixture.api.models;
  const digest = await register(seesCar(0.75));
  await reject.mutate({ digest, reason: "it sees cars everywhere" });
  const rejected = await fixture.api.models.byId.query({ digest });
  expect(rejected).toMatchObject({ state: "rejected", rejectedWhy: "it sees cars everywhere" });
  expect(await refused(approve.mutate({ digest, reason: "after all" }))).toContain("is rejected");
  await revoke.mutate({ digest: base, reason: "a car on every picture" });
  const revoked = await fixture.api.models.byId.query({ digest: base });
  expect(revoked).toMatchObject({ state: "revoked", revokedWhy: "a car on every picture" });
  expect(await refused(revoke.mutate({ digest: base, reason: "again" }))).toContain("is revoked");
});
