import { chmod, cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { exportDataset } from "../src/datasets/export-dataset.ts";
import { importFolder } from "../src/datasets/import-folder.ts";
import { type Format, readLabelledFolder } from "../src/datasets/read-labelled-folder.ts";
import { DatasetFixture } from "./dataset-fixture.ts";

const SHARED = new URL("../../../../shared/testdata/", import.meta.url).pathname;
const FORMATS = `${SHARED}formats/`;

let fixture: DatasetFixture;
let number = 0;

beforeAll(async () => {
  fixture = await DatasetFixture.start();
});
beforeEach(() => fixture.clear());
afterAll(() => fixture.stop());

const take = (folder: string, format: Format) =>
  importFolder(fixture.api, { folder, format, nodeId: "import", cameraId: "folder" });
const emptyFolder = () => {
  number += 1;
  return join(fixture.folder, String(number));
};
const refused = (work: Promise<unknown>) =>
  work.then(
    () => "it was not refused",
    (error: { code?: string; message: string }) => `${error.code}: ${error.message}`,
  );
/** What a version says of its pictures, but for who said it and when. */
async function contents() {
  const { datasetId } = await fixture.api.datasets.build.mutate({ name: "folder" });
  const { pictures, classes } = await fixture.api.datasets.manifest.query({ datasetId });
  const said = pictures.map(({ picture, width, height, split, boxes }) => ({
    picture,
    width,
    height,
    split,
    boxes,
  }));
  return { datasetId, said, classes };
}
/** What the files themselves say: pictures by name, boxes in millionths. */
async function filesSay(folder: string, format: Format) {
  const { pictures } = await readLabelledFolder(folder, format);
  return pictures
    .map(({ picture, boxes }) => ({
      picture,
      boxes: boxes.map(({ className, box, crowd }) => ({ className, box, crowd })),
    }))
    .sort((a, b) => (a.picture < b.picture ? -1 : 1));
}

const SETS: [Format, string, { pictures: number; boxes: number; classes: string[] }][] = [
  ["coco", "coco/coco", { pictures: 2, boxes: 3, classes: ["a", "b"] }],
  ["coco", "coco/coco_instances", { pictures: 2, boxes: 3, classes: ["a", "b"] }],
  ["coco", "coco/coco_person_keypoints", { pictures: 2, boxes: 3, classes: ["a", "b"] }],
  ["coco", "coco/coco_panoptic", { pictures: 2, boxes: 3, classes: ["a", "b"] }],
  ["coco", "coco/coco_roboflow", { pictures: 2, boxes: 3, classes: ["a", "b"] }],
  ["coco", "coco/coco_stuff", { pictures: 2, boxes: 2, classes: ["a", "b"] }],
  ["coco", "coco/mmdet_coco", { pictures: 2, boxes: 3, classes: ["a", "b"] }],
  ["yolo", "yolo/annotations", { pictures: 1, boxes: 2, classes: ["label_2", "label_4"] }],
  ["yolo", "yolo/labels", { pictures: 1, boxes: 2, classes: ["label_2", "label_4"] }],
  ["yolo", "yolo/strict", { pictures: 1, boxes: 2, classes: ["label_2", "label_4"] }],
];

test.each(SETS)(
  "%s %s: import, version, export and import again are equal",
  async (format, set, is) => {
    const outcome = await take(FORMATS + set, format);
    expect(outcome).toMatchObject({
      pictures: is.pictures,
      boxes: is.boxes,
      imported: is.pictures,
    });
    const before = await contents();
    expect(before.classes).toEqual(is.classes);
    // The version says what the files say, to the millionth.
    const files = await filesSay(FORMATS + set, format);
    expect(before.said.map(({ picture }) => picture)).toEqual(files.map(({ picture }) => picture));
    for (const [index, { boxes }] of before.said.entries()) {
      for (const [at, { className, box }] of boxes.entries()) {
        const said = files[index]?.boxes[at];
        expect(className).toBe(said?.className);
        for (const [side, value] of box.entries()) {
          expect(value / 1e6).toBeCloseTo(said?.box[side] ?? Number.NaN, 5);
        }
      }
    }
    for (const other of ["coco", "yolo"] as const) {
      const crowds = before.said.some(({ boxes }) => boxes.some(({ crowd }) => crowd === true));
      if (other === "yolo" && crowds) continue;
      const out = emptyFolder();
      await exportDataset(fixture.api, { datasetId: before.datasetId, format: other, out });
      // The same answers again are the same version.
      const again = await take(out, other);
      expect(again).toMatchObject({ imported: 0, unchanged: is.pictures, uploaded: 0 });
      await fixture.query("delete from annotations");
      expect(await take(out, other)).toMatchObject({ imported: is.pictures, boxes: is.boxes });
      const after = await contents();
      expect(after.said).toEqual(before.said);
      expect(after.classes).toEqual(before.classes);
    }
  },
);

test("the photographs of COCO go in and out of both formats unchanged", async () => {
  const outcome = await take(`${SHARED}coco`, "yolo");
  expect(outcome).toMatchObject({ unlabelled: 2, lonely: 2 });
  expect(outcome).toMatchObject({ pictures: 126, boxes: 929, imported: 126, uploaded: 126 });
  const before = await contents();
  expect(before.classes).toHaveLength(71);
  const splits = before.said.map(({ split }) => split);
  expect(splits.filter((split) => split === "validation")).toHaveLength(25);
  for (const format of ["coco", "yolo"] as const) {
    const out = emptyFolder();
    await exportDataset(fixture.api, { datasetId: before.datasetId, format, out });
    await fixture.query("delete from annotations");
    expect(await take(out, format)).toMatchObject({ imported: 126, boxes: 929, uploaded: 0 });
    expect((await contents()).said).toEqual(before.said);
  }
});

test.each([
  ["coco", "coco/coco_labels", "annotations[0]"],
  ["coco", "coco/coco_captions", "annotations"],
  ["coco", "coco/coco_image_info", "categories: no class is named"],
  ["yolo", "coco/coco_instances", "there is no data.yaml"],
  ["coco", "yolo/strict", "there is no JSON file"],
] as [Format, string, string][])(
  "%s %s has no boxes and is refused",
  async (format, set, words) => {
    const message = await refused(take(FORMATS + set, format));
    expect(message).toMatch(/^LABELS_INVALID: /);
    expect(message).toContain(words);
    expect(await fixture.query("select from annotations")).toEqual([]);
  },
);

/** What was copied from a folder that cannot be written to can be written to. */
async function chmodAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    await chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
  }
}

/** A copy of a set with one file changed. */
async function broken(set: string, file: string, change: (text: string) => string | null) {
  const folder = emptyFolder();
  await cp(FORMATS + set, folder, { recursive: true });
  await chmodAll(folder);
  const path = join(folder, file);
  const text = change(await readFile(path, "latin1").catch(() => ""));
  await rm(path, { force: true });
  await mkdir(dirname(path), { recursive: true });
  if (text !== null) await writeFile(path, text, "latin1");
  return folder;
}

const COCO = "annotations/instances_train.json";
const LINES = "obj_train_data/1.txt";
const json =
  (change: (coco: Record<string, Record<string, unknown>[]>) => void) => (text: string) => {
    const coco = JSON.parse(text);
    change(coco);
    return JSON.stringify(coco);
  };

test.each([
  ["cut off", COCO, (text: string) => text.slice(0, 300), `${COCO}: line 20: not JSON`],
  ["no list of pictures", COCO, () => '{"annotations": []}', `${COCO}: images`],
  [
    "a box beyond its picture",
    COCO,
    json((c) => Object.assign(c.annotations?.[0] ?? {}, { bbox: [9, 2, 3, 1] })),
    "annotations[0].bbox: [9,2,3,1]",
  ],
  [
    "a box without height",
    COCO,
    json((c) => Object.assign(c.annotations?.[0] ?? {}, { bbox: [2, 2, 3, 0] })),
    "annotations[0].bbox",
  ],
  [
    "a box of three numbers",
    COCO,
    json((c) => Object.assign(c.annotations?.[0] ?? {}, { bbox: [2, 2, 3] })),
    "annotations[0]",
  ],
  [
    "a class that is nowhere",
    COCO,
    json((c) => Object.assign(c.annotations?.[0] ?? {}, { category_id: 99 })),
    "annotations[0].category_id: there is no class 99",
  ],
  [
    "a picture id that is nowhere",
    COCO,
    json((c) => Object.assign(c.annotations?.[0] ?? {}, { image_id: 99 })),
    "annotations[0].image_id",
  ],
  [
    "an id that comes twice",
    COCO,
    json((c) => c.images?.push({ ...c.images[0] })),
    "images[1].id: 5 comes twice",
  ],
  [
    "a picture that is not there",
    COCO,
    json((c) => Object.assign(c.images?.[0] ?? {}, { file_name: "../../../etc/passwd" })),
    "images[0].file_name",
  ],
  [
    "another size",
    COCO,
    json((c) => Object.assign(c.images?.[0] ?? {}, { width: 100 })),
    "images/train/a.jpg: the picture has 10 x 5 pixels",
  ],
  [
    "a picture that is cut off",
    "images/train/a.jpg",
    (text: string) => text.slice(0, 200),
    "images/train/a.jpg: not a whole JPEG",
  ],
] as [string, string, (text: string) => string, string][])(
  "COCO with %s is refused with its place",
  async (_what, file, change, words) => {
    const folder = await broken("coco/coco_instances", file, change);
    const message = await refused(take(folder, "coco"));
    expect(message).toMatch(/^(LABELS_INVALID|IMPORT_PICTURE_INVALID): /);
    expect(message).toContain(words);
    expect(await fixture.query("select from annotations")).toEqual([]);
  },
);

test.each([
  ["four values", LINES, () => "2 0.1 0.1 0.2 0.2\n2 0.1 0.1 0.2\n", `${LINES}: line 2: 4 values`],
  ["a word for a number", LINES, () => "2 0.1 x 0.2 0.2\n", "line 1: not a box"],
  ["not a number", LINES, () => "2 0.1 NaN 0.2 0.2\n", "line 1: not a box"],
  ["a box beyond its picture", LINES, () => "2 0.9 0.9 0.5 0.5\n", "line 1: not a box"],
  ["pixels for fractions", LINES, () => "2 5 5 3 3\n", "line 1: not a box"],
  ["a class that has no name", LINES, () => "10 0.1 0.1 0.2 0.2\n", "line 1: there is no class 10"],
  ["no number of a class", LINES, () => "-1 0.1 0.1 0.2 0.2\n", "there is no class -1"],
  ["no names", "obj.names", () => null, "there is no data.yaml"],
  ["names that are no YAML", "data.yaml", () => "path: .\nnames: [a\n", "data.yaml: line"],
  ["names that are no list", "data.yaml", () => "names: 3\n", "data.yaml: names"],
] as [string, string, (text: string) => string | null, string][])(
  "YOLO with %s is refused with its place",
  async (_what, file, change, words) => {
    const folder = await broken("yolo/strict", file, change);
    const message = await refused(take(folder, "yolo"));
    expect(message).toMatch(/^LABELS_INVALID: /);
    expect(message).toContain(words);
    expect(await fixture.query("select from annotations")).toEqual([]);
  },
);

test("corrected labels of a known picture take the place of the answer before", async () => {
  await take(`${FORMATS}yolo/strict`, "yolo");
  const folder = await broken("yolo/strict", LINES, () => "2 0.5 0.5 0.2 0.2\n");
  expect(await take(folder, "yolo")).toMatchObject({ imported: 1, uploaded: 0 });
  const rows = await fixture.query(
    "select superseded_at is null as holds from annotations order by at, annotation_id",
  );
  expect(rows).toEqual([{ holds: false }, { holds: true }]);
  expect((await contents()).said[0]?.boxes).toEqual([
    { className: "label_2", box: [400_000, 400_000, 200_000, 200_000] },
  ]);
});

test("pictures that were never uploaded cannot be imported, nor bytes that are not theirs", async () => {
  const picture = "a".repeat(64);
  const wish = { cameraId: "folder", pictures: [{ picture, size: null, boxes: [] }] };
  expect(await refused(fixture.api.datasets.import.mutate(wish))).toContain(
    "DATASET_PICTURES_GONE",
  );
  const offer = await fixture.api.datasets.uploads.mutate({
    cameraId: "folder",
    pictures: [picture],
  });
  await fetch(offer[0]?.url ?? "", { method: "PUT", body: "something else" });
  expect(await refused(fixture.api.datasets.import.mutate(wish))).toContain(picture);
  expect(await fixture.query("select from annotations")).toEqual([]);
});

test("a folder that holds something is not exported into", async () => {
  await take(`${FORMATS}yolo/strict`, "yolo");
  const { datasetId } = await contents();
  const out = emptyFolder();
  await mkdir(out);
  await writeFile(join(out, "mine.txt"), "mine");
  const message = await refused(exportDataset(fixture.api, { datasetId, format: "yolo", out }));
  expect(message).toContain("the folder is not empty");
  expect(await readdir(out)).toEqual(["mine.txt"]);
});
