import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { buildInputSchema } from "../../../cloud/src/dataset/dataset-query.ts";
import { uuidV7 } from "../../../cloud/test/uuid-v7.ts";
import { DatasetFixture } from "./dataset-fixture.ts";

let fixture: DatasetFixture;

beforeAll(async () => {
  fixture = await DatasetFixture.start();
});
beforeEach(() => fixture.clear());
afterAll(() => fixture.stop());

const SHARED = new URL("../../../../shared/testdata/", import.meta.url).pathname;
const MINUTE = 60_000;
const build = (wish: Record<string, unknown> = {}) =>
  fixture.api.datasets.build.mutate({ name: "cars", ...wish });
const refused = (work: Promise<unknown>) =>
  work.then(
    () => "it was not refused",
    (error: Error) => error.message,
  );
const manifest = (datasetId: string) => fixture.api.datasets.manifest.query({ datasetId });
const splitsOf = async (datasetId: string) =>
  new Map((await manifest(datasetId)).pictures.map(({ picture, split }) => [picture, split]));

test("the same answers are the same version, whose id is the SHA-256 of its file in the store", async () => {
  await fixture.annotateMany(1, 12);
  const first = await build();
  const second = await build({ name: "another name" });
  expect(first.existed).toBe(false);
  expect(second).toMatchObject({ datasetId: first.datasetId, existed: true });
  const text = await fixture.read("sentinel-datasets", `versions/${first.datasetId}.json`);
  expect(createHash("sha256").update(text).digest("hex")).toBe(first.datasetId);
  expect(JSON.parse(text)).toEqual(await manifest(first.datasetId));
  expect(await fixture.api.datasets.list.query({})).toMatchObject([
    { datasetId: first.datasetId, name: "cars", pictures: 12, boxes: 9, madeBy: expect.anything() },
  ]);
  const audits = await fixture.query("select action, subject from audit_log");
  expect(audits).toEqual([{ action: "dataset.build", subject: first.datasetId }]);
});

test("a version has two parts, counts, cameras and people; its frame is that of the crop", async () => {
  await fixture.annotateMany(1, 8, { person: "lena" });
  await fixture.annotateMany(20, 8, { person: "omar", cameraId: "quay" });
  const { datasetId, counts } = await build({ validationShare: 0.25 });
  expect(counts.train.pictures + counts.validation.pictures).toBe(16);
  expect(counts.validation.pictures).toBe(4);
  const detail = await fixture.api.datasets.byId.query({ datasetId });
  expect(detail).toMatchObject({ classes: ["car"], goldenId: null, trainingFault: null });
  expect(detail.people.map(({ name, pictures }) => [name, pictures])).toEqual([
    ["Lena", 8],
    ["Omar", 8],
  ]);
  expect(detail.cameras.map(({ cameraId, pictures }) => [cameraId, pictures]).sort()).toEqual([
    ["gate", 8],
    ["quay", 8],
  ]);
  const [picture] = (await manifest(datasetId)).pictures;
  expect(picture).toMatchObject({ width: 96, height: 72, frameWidth: 192, frameHeight: 144 });
  const page = await fixture.api.datasets.pictures.query({ datasetId, limit: 10 });
  expect(page.pictures).toHaveLength(10);
  const rest = await fixture.api.datasets.pictures.query({
    datasetId,
    limit: 10,
    cursor: page.next,
  });
  expect(rest).toMatchObject({ next: null, count: 16 });
  expect(rest.pictures).toHaveLength(6);
});

test("the newest answer of a picture wins; superseded ones and duplicates do not count", async () => {
  const bytes = await fixture.picture(1);
  await fixture.annotate(bytes, { boxes: [{ className: "bus", box: [0, 0, 1, 1] }] });
  const picture = await fixture.annotate(bytes, { person: "omar" });
  await fixture.annotate(await fixture.picture(2), { verdict: "duplicate" });
  const undone = await fixture.annotate(await fixture.picture(3));
  await fixture.query("update annotations set superseded_at = 1 where picture = $1", [undone]);
  const { datasetId } = await build();
  const { pictures } = await manifest(datasetId);
  expect(pictures.map((one) => one.picture)).toEqual([picture]);
  expect(pictures[0]?.boxes[0]?.className).toBe("car");
  // An older answer does not come up again where the newest is not asked for.
  expect(await refused(build({ query: { people: ["lena"] } }))).toContain("DATASET_EMPTY");
});

test("a query narrows to cameras, nodes, classes, times, people and verdicts", async () => {
  const boxes = [{ className: "bus", box: [0, 0, 0.5, 0.5] }];
  const gate = await fixture.annotate(await fixture.picture(1), { capturedAt: 5000 });
  const quay = await fixture.annotate(await fixture.picture(2), {
    cameraId: "quay",
    capturedAt: 9000,
    boxes,
  });
  const other = await fixture.annotate(await fixture.picture(3), {
    nodeId: "node-b",
    person: "omar",
    verdict: "reject",
    boxes: [],
  });
  const asked = async (query: Record<string, unknown>) => {
    const { datasetId } = await build({ query });
    return (await manifest(datasetId)).pictures.map(({ picture }) => picture);
  };
  expect(await asked({ cameras: [{ nodeId: "node-a", cameraId: "quay" }] })).toEqual([quay]);
  expect(await asked({ nodes: ["node-b"] })).toEqual([other]);
  expect(await asked({ classes: ["bus"], empty: false })).toEqual([quay]);
  expect(await asked({ classes: ["bus"] })).toEqual([quay, other].sort());
  expect(await asked({ from: 5000, to: 9000 })).toEqual([gate]);
  expect(await asked({ people: ["Omar"] })).toEqual([other]);
  expect(await asked({ verdicts: ["reject"] })).toEqual([other]);
  expect(await asked({ pictures: [gate] })).toEqual([gate]);
});

test("near-duplicates of other cameras, and pictures of one block, never lie in both parts", async () => {
  for (let seed = 0; seed < 24; seed += 1) {
    const capturedAt = Math.floor(seed / 2) * 20 * MINUTE + 1000 + (seed % 2) * MINUTE;
    await fixture.annotate(await fixture.picture(seed), { capturedAt });
    const alike = await fixture.picture(seed, 12);
    await fixture.annotate(alike, {
      capturedAt: capturedAt + 3,
      nodeId: "node-b",
      cameraId: "far",
    });
  }
  const { datasetId, counts, blockSeconds } = await build();
  expect(blockSeconds).toBe(600);
  expect(counts.train.pictures + counts.validation.pictures).toBe(48);
  expect(counts.validation.pictures).toBeGreaterThan(4);
  const { pictures } = await manifest(datasetId);
  const blocks = new Map<string, Set<string>>();
  for (const { capturedAt, split } of pictures) {
    const block = String(Math.floor(capturedAt / (10 * MINUTE)));
    blocks.set(block, (blocks.get(block) ?? new Set()).add(split));
  }
  expect([...blocks.values()].every((splits) => splits.size === 1)).toBe(true);
  expect(blocks.size).toBe(12);
});

test("a later version keeps every picture in its part, and adds to both", async () => {
  await fixture.annotateMany(1, 20);
  const before = await splitsOf((await build()).datasetId);
  await fixture.annotateMany(100, 40);
  const { datasetId, counts } = await build();
  const after = await splitsOf(datasetId);
  for (const [picture, split] of before) expect(after.get(picture)).toBe(split);
  expect(counts.validation.pictures).toBe(12);
});

test("pictures that link both parts of an earlier version are not taken into the wrong one", async () => {
  const train = await fixture.annotate(await fixture.picture(1));
  await build({ train: [train] });
  const validation = await fixture.annotate(await fixture.picture(1, 6));
  await fixture.query(
    `insert into dataset_pictures (dataset_id, picture, annotation_id, split)
      select dataset_id, $1, annotation_id, 'validation' from dataset_pictures limit 1`,
    [validation],
  );
  const { datasetId, leftOut } = await build();
  expect(leftOut.otherSplit).toEqual([validation]);
  expect([...(await splitsOf(datasetId)).keys()]).toEqual([train]);
});

test("golden pictures, and what looks like them, are never learnt from", async () => {
  const golden = await fixture.annotateMany(1, 4);
  const frozen = await fixture.api.datasets.freeze.mutate({
    name: "gate at noon",
    query: { pictures: golden },
  });
  expect(frozen).toMatchObject({ pictures: 4, existed: false });
  const again = await fixture.api.datasets.freeze.mutate({ name: "again", query: {} });
  expect(again).toMatchObject({ goldenId: frozen.goldenId, existed: true });

  const lookalike = await fixture.annotate(await fixture.picture(2, 10), { nodeId: "node-b" });
  const others = await fixture.annotateMany(50, 12);
  const { datasetId, leftOut, counts, goldenId } = await build();
  expect(goldenId).toBe(frozen.goldenId);
  expect(leftOut.goldenLike).toEqual([lookalike]);
  expect(counts.golden.pictures).toBe(4);
  const splits = await splitsOf(datasetId);
  expect(golden.map((picture) => splits.get(picture))).toEqual(Array(4).fill("golden"));
  expect(splits.has(lookalike)).toBe(false);
  expect(others.every((picture) => splits.get(picture) !== "golden")).toBe(true);

  const without = await build({ goldenId: null });
  const split = await splitsOf(without.datasetId);
  expect(golden.some((picture) => split.has(picture))).toBe(false);
  expect(await fixture.api.datasets.golden.query()).toMatchObject([
    { goldenId: frozen.goldenId, name: "gate at noon", pictures: 4, boxes: 3, versions: 1 },
  ]);
});

test("a build that would leak is refused and names the pictures, and nothing is kept", async () => {
  const [golden = ""] = await fixture.annotateMany(1, 1);
  await fixture.api.datasets.freeze.mutate({ name: "golden", query: {} });
  const lookalike = await fixture.annotate(await fixture.picture(1, 10));
  const [one = "", two = ""] = await fixture.annotateMany(50, 8);
  const likeOne = await fixture.annotate(await fixture.picture(50, 10));
  const leaks: [Record<string, unknown>, string[]][] = [
    [{ query: { pictures: [golden, two] } }, [golden]],
    [{ query: { pictures: [lookalike] } }, [lookalike]],
    [{ train: [lookalike] }, [lookalike]],
    [{ train: [one], validation: [likeOne] }, [one, likeOne]],
    [{ train: [one], validation: [one] }, [one]],
  ];
  for (const [wish, named] of leaks) {
    const message = await refused(build(wish));
    expect(message).toMatch(/^DATASET_LEAKS: /);
    for (const picture of named) expect(message).toContain(picture);
  }
  expect(await fixture.api.datasets.list.query({})).toEqual([]);
});

test("what a model has learnt from, or looks like it, cannot be frozen", async () => {
  const [learnt = ""] = await fixture.annotateMany(1, 1);
  const { datasetId } = await build({ train: [learnt] });
  await fixture.learnFrom(datasetId);
  const alike = await fixture.annotate(await fixture.picture(1, 10));
  const message = await refused(
    fixture.api.datasets.freeze.mutate({ name: "golden", query: { pictures: [alike] } }),
  );
  expect(message).toContain("DATASET_LEAKS");
  expect(message).toContain(alike);
  const whole = { datasetId, splits: ["train" as const] };
  const frozen = fixture.api.datasets.freeze.mutate({ name: "golden", dataset: whole });
  expect(await refused(frozen)).toContain(learnt);
  expect(await fixture.api.datasets.golden.query()).toEqual([]);
});

test("a golden set can be frozen from a part of a version", async () => {
  await fixture.annotateMany(1, 20);
  const { datasetId, counts } = await build();
  const { goldenId, pictures } = await fixture.api.datasets.freeze.mutate({
    name: "golden",
    dataset: { datasetId },
  });
  expect(pictures).toBe(counts.validation.pictures);
  const next = await build();
  expect(next.goldenId).toBe(goldenId);
  expect(next.counts.golden.pictures).toBe(pictures);
  // The part to measure on was frozen: another one is made of what no model has learnt from.
  expect(next.counts.train.pictures).toBeGreaterThan(0);
  expect(next.counts.validation.pictures).toBeGreaterThan(0);
  expect(next.datasetId).not.toBe(datasetId);
});

test("pictures that are gone from the store, or were replaced, are named", async () => {
  const [gone = "", replaced = ""] = await fixture.annotateMany(1, 6);
  await build();
  await fixture.remove("node-a", gone);
  await fixture.put("sentinel-clips", `snapshots/node-a/${replaced}.jpg`, Buffer.from("other"));
  const message = await refused(build());
  expect(message).toMatch(/^DATASET_PICTURES_GONE: 2 pictures /);
  expect(message).toContain(gone);
  expect(message).toContain(replaced);
  expect(await fixture.api.datasets.list.query({})).toHaveLength(1);
});

test("annotations that do not belong to their picture are refused", async () => {
  const [asked = ""] = await fixture.annotateMany(1, 1);
  const itemId = uuidV7();
  await fixture.query(
    `insert into triage_items (item_id, node_id, camera_id, reason, picture, width, height, crop,
      model_digest, captured_at, made_at, phash, priority)
      values ($1, 'node-a', 'gate', 'audit', $2, 96, 72, '{0,0,1,1}', 'm', 1, 1, '', 1)`,
    [itemId, asked],
  );
  const claims: [Record<string, unknown>, string][] = [
    [{ itemId }, `asked about picture ${asked}`],
    [{ width: 640 }, "another size"],
    [{ boxes: [{ className: "car", box: [0, 0, 7, 1] }] }, "boxes[0][box]"],
    [{ boxes: [{ className: "car", box: [0, 0, 0, 1] }] }, "empty box"],
  ];
  for (const [claim, words] of claims) {
    const picture = await fixture.annotate(await fixture.picture(2), claim);
    const message = await refused(build());
    expect(message).toContain("DATASET_ANNOTATION_UNSOUND");
    expect(message).toContain(picture);
    expect(message).toContain(words);
  }
  const noJpeg = await fixture.annotate(Buffer.from("no picture"));
  await fixture.query("delete from annotations where picture not in ($1, $2)", [asked, noJpeg]);
  expect(await refused(build())).toContain(`cannot be read as a JPEG: ${noJpeg}`);
});

test("an empty version, one of one class and one without a second part are not fit for training", async () => {
  expect(await refused(build())).toContain("DATASET_EMPTY");
  const fault = async () => {
    const { datasetId } = await build();
    return (await fixture.api.datasets.byId.query({ datasetId })).trainingFault?.code ?? null;
  };
  const only = { boxes: [{ className: "car", box: [0, 0, 0.5, 0.5] }] };
  await fixture.clear();
  await fixture.annotateMany(1, 8, only);
  expect(await fault()).toBe("DATASET_ONE_CLASS");
  await fixture.annotateMany(20, 2, { boxes: [], verdict: "reject" });
  expect(await fault()).toBe(null);
  await fixture.clear();
  await fixture.annotate(await fixture.picture(1));
  await fixture.annotate(await fixture.picture(1, 8), { boxes: [], verdict: "reject" });
  expect(await fault()).toBe("DATASET_NO_VALIDATION");
  await fixture.clear();
  await fixture.annotateMany(1, 8, { boxes: [], verdict: "reject" });
  expect(await fault()).toBe("DATASET_EMPTY");
});

test("a version that was changed in the database is not read", async () => {
  await fixture.annotateMany(1, 6);
  const { datasetId } = await build();
  await fixture.query(
    `update dataset_versions set manifest = jsonb_set(manifest, '{pictures,0,split}', '"golden"')`,
  );
  expect(await refused(manifest(datasetId))).toContain("DATASET_TAMPERED");
  expect(await refused(fixture.api.datasets.byId.query({ datasetId }))).toContain(datasetId);
});

test("two versions are compared", async () => {
  const [gone = "", , moved = ""] = await fixture.annotateMany(1, 8);
  const before = (await build()).datasetId;
  await fixture.query("update annotations set superseded_at = 1 where picture = $1", [gone]);
  const boxes = [{ className: "bus", box: [0, 0, 0.5, 0.5] }];
  await fixture.annotate(await fixture.picture(3), { boxes });
  const [added] = await fixture.annotateMany(60, 1);
  const after = (await build()).datasetId;
  const diff = await fixture.api.datasets.diff.query({ before, after });
  expect(diff.counts).toMatchObject({ added: 1, removed: 1, answers: 1, moved: 0, same: 6 });
  expect(diff.added.map(({ picture }) => picture)).toEqual([added]);
  expect(diff.removed.map(({ picture }) => picture)).toEqual([gone]);
  expect(diff.changed.map((pair) => pair.after.picture)).toEqual([moved]);
  expect(diff.classes).toEqual([
    { className: "bus", before: 0, after: 1 },
    { className: "car", before: 6, after: 6 },
  ]);
});

test("forged ids and text that breaks programs are refused before anything is read", async () => {
  await fixture.annotateMany(1, 4);
  const nobody = "f".repeat(64);
  expect(await refused(manifest(nobody))).toContain("There is no dataset version");
  expect(await refused(fixture.api.datasets.byId.query({ datasetId: nobody }))).toContain(nobody);
  const dataset = { datasetId: nobody };
  const freezing = fixture.api.datasets.freeze.mutate({ name: "n", dataset });
  expect(await refused(freezing)).toContain("There is no dataset version");
  expect(await refused(build({ goldenId: nobody }))).toContain("GOLDEN_UNKNOWN");
  expect(await refused(build({ train: [nobody] }))).toContain("DATASET_PICTURE_UNKNOWN");
  for (const name of ["", "   ", "a\u0000b", "line\nbreak", "\ud800", "x".repeat(101)]) {
    expect(await refused(build({ name }))).toContain("a text of 1 to 100 characters");
  }
  for (const datasetId of ["", "../../etc/passwd", "F".repeat(64), "' or 1=1 --"]) {
    expect(await refused(manifest(datasetId))).toContain("64 lower-case hexadecimal digits");
  }
  const query = { classes: ["'; drop table annotations; --"], empty: false };
  expect(await refused(build({ query }))).toContain("DATASET_EMPTY");
  expect(await refused(build({ validationShare: 2 }))).toContain("validationShare");
  const built = await build({ name: "Ω≈ç√∫˜µ <script>alert(1)</script> 田中さん" });
  expect((await fixture.api.datasets.list.query({}))[0]?.datasetId).toBe(built.datasetId);
});

test("every string that breaks programs is a name, or is refused as one", async () => {
  await fixture.annotateMany(1, 1);
  const isName = (text: string) =>
    text.trim() !== "" &&
    [...text.trim()].length <= 100 &&
    text.isWellFormed() &&
    !/\p{Cc}/u.test(text.trim());
  const strings = JSON.parse(await readFile(`${SHARED}bad/strings/blns.json`, "utf8")) as string[];
  expect(strings.length).toBeGreaterThan(400);
  const isAccepted = (name: string) => buildInputSchema.safeParse({ name }).success;
  for (const text of strings) expect(isAccepted(text)).toBe(isName(text));
  // A build takes its time: one of eight goes the whole way.
  for (const text of strings.filter((_text, index) => index % 8 === 0)) {
    await fixture.query("truncate dataset_pictures, dataset_versions cascade");
    const message = await refused(build({ name: text }));
    const [version] = await fixture.api.datasets.list.query({});
    expect(version?.name).toBe(isName(text) ? text.trim() : undefined);
    if (version === undefined) expect(message).toContain("a text of 1 to 100 characters");
  }
  const classes = strings.filter((text) => text.trim() !== "" && text.length < 100).slice(0, 90);
  const wish = { query: { classes, empty: false } };
  expect(await refused(build(wish))).toMatch(/DATASET_EMPTY|a text of 1 to 100/);
});

test("more pictures than a version may have are refused before one is read", async () => {
  await fixture.query(
    `insert into annotations (annotation_id, node_id, camera_id, picture, width, height, crop,
      captured_at, phash, boxes, verdict, person_id, person_name, at)
    select gen_random_uuid(), 'node-a', 'gate', encode(sha256(i::text::bytea), 'hex'), 96, 72,
      '{0,0,1,1}', 0, '', '[]', 'reject', 'lena', 'Lena', i from generate_series(1, 20001) i`,
  );
  expect(await refused(build())).toContain("DATASET_TOO_LARGE");
  const freezing = fixture.api.datasets.freeze.mutate({ name: "golden", query: {} });
  expect(await refused(freezing)).toContain("DATASET_TOO_LARGE");
});

test("a preview tells what a build comes to and keeps nothing", async () => {
  await fixture.annotateMany(1, 8);
  const { datasetId, counts } = await fixture.api.datasets.preview.query({});
  expect(await fixture.api.datasets.list.query({})).toEqual([]);
  expect(await build()).toMatchObject({ datasetId, counts, existed: false });
  const choices = await fixture.api.datasets.choices.query();
  expect(choices).toMatchObject({
    pictures: 8,
    cameras: [{ nodeId: "node-a", cameraId: "gate", pictures: 8 }],
    classes: [{ className: "car", pictures: 6 }],
    people: [{ id: "lena", name: "Lena", pictures: 8 }],
  });
});
