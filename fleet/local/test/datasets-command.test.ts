import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SERVICE_TOKEN } from "../../../cloud/test/api-client.ts";
import { DatasetFixture } from "./dataset-fixture.ts";

const MAIN = new URL("../src/cli/main.ts", import.meta.url).pathname;
const YOLO = new URL("../../../../shared/testdata/formats/yolo/", import.meta.url).pathname;

let fixture: DatasetFixture;

beforeAll(async () => {
  fixture = await DatasetFixture.start();
  await fixture.annotateMany(1, 12);
});
afterAll(() => fixture.stop());

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

function datasets(...args: string[]): Promise<Ran> {
  const { PATH = "", HOME = "" } = process.env;
  const env = { PATH, HOME, SENTINEL_TOKEN: SERVICE_TOKEN, SENTINEL_URL: fixture.cloud.httpUrl };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, "datasets", ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}
const json = async (...args: string[]) => JSON.parse((await datasets(...args, "--json")).stdout);

test("versions are built, listed, shown, compared, frozen from and written to a folder", async () => {
  const dry = await json("build", "--name", "cars", "--dry-run");
  expect(await json("list")).toEqual([]);
  const built = await json("build", "--name", "cars");
  expect(built).toMatchObject({ datasetId: dry.datasetId, existed: false });
  const list = await datasets("list");
  expect(list.stdout).toMatch(/^VERSION +NAME +TRAIN +VALIDATION +GOLDEN +BOXES/);
  expect(list.stdout).toContain(built.datasetId.slice(0, 12));
  const shown = await datasets("show", built.datasetId.slice(0, 8));
  expect(shown.stdout).toContain(built.datasetId);
  expect(shown.stdout).toMatch(/ {2}car +\d+ +\d+ +0/);

  const frozen = await json("golden", "freeze", "--name", "judge", "--dataset", built.datasetId);
  expect(frozen.pictures).toBe(built.counts.validation.pictures);
  expect(await json("golden", "list")).toMatchObject([{ name: "judge" }]);
  const next = await json("build", "--name", "with a judge");
  const diff = await datasets("diff", built.datasetId, next.datasetId);
  expect(diff.stdout).toContain(`0 added, 0 removed, 0 answered anew,`);

  const out = join(fixture.folder, "yolo");
  const exported = await datasets("export", next.datasetId, "--format", "yolo", "--out", out);
  expect(exported).toMatchObject({ code: 0, stdout: expect.stringContaining("12 pictures") });
  expect((await readdir(out)).sort()).toEqual(["data.yaml", "images", "labels", "obj.names"]);
  const back = await json("import", out, "--format", "yolo", "--camera", "back");
  expect(back).toMatchObject({ pictures: 12, imported: 0, unchanged: 12, uploaded: 0 });
});

test("a folder is imported under a camera of its own", async () => {
  const done = await datasets("import", `${YOLO}strict`, "--format", "yolo", "--camera", "strict");
  expect(done.stdout).toContain("1 of 1 pictures are imported");
  const built = await json(
    "build",
    "--name",
    "s",
    "--from-camera",
    "import/strict",
    "--golden",
    "none",
  );
  expect(built.counts.train.pictures + built.counts.validation.pictures).toBe(1);
});

test.each([
  [["build"], 2, "--name"],
  [["build", "--name", "a", "--verdict", "guess"], 2, "Allowed choices"],
  [["build", "--name", "a", "--from", "yesterday"], 2, "A time is wanted"],
  [["build", "--name", "a", "--from-camera", "gate"], 2, "node/camera is wanted"],
  [["show", "ffff"], 2, "no version's id begins so"],
  [["export", "ffff", "--format", "voc", "--out", "x"], 2, "Allowed choices are coco, yolo"],
  [["import", "/nowhere", "--format", "coco", "--camera", "a"], 2, "/nowhere"],
  [["golden", "freeze", "--name", "a", "--dataset", "f", "--class", "car"], 2, "not both"],
  [
    ["build", "--name", "a", "--class", "unicorn", "--no-empty", "--golden", "none"],
    1,
    "DATASET_EMPTY",
  ],
  [["build", "--name", "a", "--picture", "f".repeat(64)], 1, "DATASET_PICTURE_UNKNOWN"],
  [["show", "f".repeat(64)], 1, "There is no dataset version"],
  [["import", `${YOLO}strict`, "--format", "coco", "--camera", "a"], 1, "LABELS_INVALID"],
  [["import", `${YOLO}strict`, "--format", "yolo", "--camera", "Not A Camera"], 1, "cameraId"],
] as [string[], number, string][])("%j ends with %i and says why", async (args, code, words) => {
  const ran = await datasets(...args);
  expect(ran).toMatchObject({ code, stdout: "" });
  expect(ran.stderr).toContain(words);
  expect(ran.stderr).not.toContain("    at ");
});

test("every command says what it is for", async () => {
  const { code, stdout } = await datasets("--help");
  expect(code).toBe(0);
  for (const name of ["list", "show", "diff", "build", "golden", "export", "import"]) {
    expect(stdout).toContain(`  ${name} `);
  }
});
