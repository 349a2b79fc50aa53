import { execFile } from "node:child_process";
import { verifyEnvelope } from "@sentinel/protocol/signed-document";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SERVICE_TOKEN } from "../../../cloud/test/api-client.ts";
import { uuidV7 } from "../../../cloud/test/uuid-v7.ts";
import { tinyModel } from "../../../edge-agent/test/tiny-model.ts";
import { LearningFixture, someFrames } from "./learning-fixture.ts";

const MAIN = new URL("../src/cli/main.ts", import.meta.url).pathname;
const SIZE = 32;
const CAR = 2;

let fixture: LearningFixture;
let base: string;
let better: string;
let broken: string;

/** A model that sees one car, there, whatever it looks at. */
function seesCar(score: number, at: readonly [number, number, number, number]): Uint8Array {
  return tinyModel({
    inputSize: SIZE,
    output: [63, 85],
    value: (row, column) => {
      if (row > 0) return 0;
      return at[column] ?? (column === 4 || column === 5 + CAR ? score : 0);
    },
  });
}

/** Where one of the cars to be judged on is, in the model's square input: centre and size. */
async function oneCar(datasetId: string): Promise<[number, number, number, number]> {
  const { pictures } = await fixture.api.datasets.manifest.query({ datasetId });
  const shown = pictures.find(({ split, boxes }) => split === "validation" && boxes.length > 0);
  const [box] = shown?.boxes ?? [];
  if (shown === undefined || box === undefined) throw new Error("no car is there to be found");
  const [left, top, w, h] = shown.crop.map((part) => part / 1e6) as [
    number,
    number,
    number,
    number,
  ];
  const [x, y, width, height] = box.box.map((part) => part / 1e6) as [
    number,
    number,
    number,
    number,
  ];
  const tall = Math.round((SIZE * shown.frameHeight) / shown.frameWidth) / SIZE;
  const down = Math.floor((SIZE * (1 - tall)) / 2) / SIZE;
  return [
    left + (x + width / 2) * w,
    down + (top + (y + height / 2) * h) * tall,
    width * w,
    height * h * tall,
  ];
}

beforeAll(async () => {
  fixture = await LearningFixture.start();
  const labels = await fixture.labels();
  await fixture.answer(someFrames(labels, 24));
  const { datasetId } = await fixture.api.datasets.build.mutate({ name: "Cars" });
  const facts = { inputSize: SIZE, datasetId };
  base = await fixture.register(seesCar(0.5, [0.1, 0.1, 0.05, 0.05]), {
    inputSize: SIZE,
    name: "tiny",
    state: "approved",
  });
  const rows = { ...facts, baseDigest: base };
  better = await fixture.register(seesCar(0.9, await oneCar(datasetId)), {
    ...rows,
    name: "tiny.1",
  });
  const nothing = tinyModel({ inputSize: SIZE, output: [63, 85], value: Number.NaN });
  broken = await fixture.register(nothing, { ...rows, name: "tiny.2" });
  await fixture.startTrainer();
});
afterAll(() => fixture.stop());

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

function models(...args: string[]): Promise<Ran> {
  const { PATH = "", HOME = "" } = process.env;
  const env = { PATH, HOME, SENTINEL_TOKEN: SERVICE_TOKEN, SENTINEL_URL: fixture.cloud.httpUrl };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, "models", ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

test("a model is evaluated with progress, shown with its figures, approved with a reason, and its manifest is signed", async () => {
  const ran = await models("evaluate", "tiny.1");
  expect(ran.code).toBe(0);
  expect(ran.stderr).toMatch(
    /^(fetching|looking at) pictures \d+\/\d+$|^working out intervals \d+\/1000$/m,
  );
  expect(ran.stdout).toContain("The gate says inconclusive.");
  expect(ran.stdout).toContain("inconclusive: ");
  expect(ran.stdout).toMatch(/AP50 +\d\.\d{4} +\d\.\d{4} +[+-]\d\.\d{4} +[+-]\d/);
  const figures = ran.stdout.split("\n").filter((line) => /^A[PR]\w+ /.test(line));
  expect(figures.map((line) => line.split(" ")[0])).toEqual([
    ...["AP50", "AP75", "APsmall", "APmedium", "APlarge"],
    ...["AR1", "AR10", "AR100", "ARsmall", "ARmedium", "ARlarge"],
  ]);
  const shown = await models("show", better.slice(0, 10));
  expect(shown.stdout).toContain(`model       ${better}`);
  expect(shown.stdout).toContain("The gate says inconclusive.");
  expect(shown.stdout).toContain("node-a/gate");
  const json = JSON.parse((await models("show", "tiny.1", "--json")).stdout) as {
    judgedBy: { figures: { summary: object } };
  };
  expect(Object.keys(json.judgedBy.figures.summary)).toHaveLength(12);

  const silent = await models("approve", "tiny.1");
  expect(silent).toMatchObject({ code: 1, stdout: "" });
  expect(silent.stderr).toContain("CLOUD_REFUSED: ");
  const approved = await models("approve", "tiny.1", "--reason", "the only one", "--json");
  expect(JSON.parse(approved.stdout)).toEqual({ digest: better, state: "approved" });
  const { manifest } = await fixture.api.models.byId.query({ digest: better });
  expect(manifest === null ? "no manifest" : verifyEnvelope(manifest, fixture.keys)).toBeNull();
  const listed = await models("list");
  expect(listed.stdout).toMatch(/^MODEL +NAME +STATE +GATE +EVALUATION +NODES +MADE/);
  expect(listed.stdout).toMatch(
    new RegExp(`${better.slice(0, 12)} +tiny.1 +approved +inconclusive +done +0`),
  );
});

test("what fails the gate ends with 1 and cannot be approved; it is rejected, and a model revoked, with reasons", async () => {
  const ran = await models("evaluate", broken, "--json");
  expect(ran.code).toBe(1);
  expect(JSON.parse(ran.stdout)).toMatchObject({
    state: "done",
    figures: null,
    gate: { verdict: "fail" },
  });
  const approved = await models("approve", "tiny.2", "--reason", "all the same");
  expect(approved.code).toBe(1);
  expect(approved.stderr).toContain("not finite");
  expect((await models("reject", "tiny.2", "--reason", "no numbers")).stdout).toContain("rejected");
  const shown = await models("show", "tiny.2");
  expect(shown.stdout).toMatch(/state +rejected by Sentinel's own tools: no numbers/);
  expect((await models("revoke", "tiny.1", "--reason", "no longer")).stdout).toContain("revoked");
});

test("two models are compared on what is known, and evaluated where nothing is", async () => {
  const known = JSON.parse((await models("compare", "tiny", "tiny.1", "--json")).stdout);
  const [newest] = await fixture.api.models.evaluations.query({ digest: better });
  expect(known).toMatchObject({ evaluationId: newest?.evaluationId, against: base });
  const other = await models("compare", "tiny.1", "tiny", "--json");
  // The base was trained on no version: there is nothing to compare them on.
  expect(other.code).toBe(1);
  expect(JSON.parse(other.stdout)).toMatchObject({
    state: "failed",
    fault: { code: "EVALUATION_EMPTY" },
  });
  const again = await models("compare", "tiny", "tiny.1", "--anew", "--no-wait");
  expect(again.stdout).toMatch(/ is (queued|running); /);
});

test("its line is told from the model and from an event, with every picture", async () => {
  const eventId = uuidV7();
  await fixture.query(
    `insert into events (event_id, node_id, camera_id, epoch, class_id, class_name, score, box, frames,
      started_at, last_at, state, model_digest, last_row_id)
      values ($1, 'quay-3', 'gate', $2, 2, 'car', 0.9, '{0,0,1,1}', 3, 1, 1, 'ended', $3, 1)`,
    [eventId, uuidV7(), better],
  );
  const told = await models("lineage", "--event", eventId);
  expect(told.code).toBe(0);
  expect(told.stdout).toMatch(/^model +tiny\.1 /);
  expect(told.stdout).toMatch(/ {2}from +tiny /);
  expect(told.stdout).toMatch(/person +Lena +\d+ answers/);
  expect(told.stdout).toMatch(/node +quay-3 +1 events +ran it/);
  const json = JSON.parse((await models("lineage", "tiny.1", "--json")).stdout) as {
    pictures: { learnt: number; chosenBy: number };
    pictureList: { picture: string; personName: string }[];
  };
  expect(json.pictureList).toHaveLength(json.pictures.learnt + json.pictures.chosenBy);
  expect(json.pictureList[0]).toMatchObject({ personName: "Lena" });
  expect((await models("lineage", "tiny")).stdout).toMatch(/became +tiny\.1 .*\n.*tiny\.2/);
});

test.each([
  [2, "a name that nothing has", ["show", "nobody"], "no model is called so"],
  [2, "digits that nothing begins with", ["show", "ffff"], "no model is called so"],
  [2, "no reason", ["reject", "tiny.2"], "--reason"],
  [2, "a golden set that is none", ["evaluate", "tiny.1", "--golden", "noon"], "no golden set"],
  [2, "nothing to tell the line of", ["lineage"], "give a model, or --event"],
  [2, "both", ["lineage", "tiny", "--event", "x"], "give a model, or --event"],
  [1, "a forged model", ["show", "e".repeat(64)], "has no model"],
  [1, "an evaluation that is none", ["cancel", uuidV7()], "There is no evaluation"],
  [2, "no evaluation", ["cancel"], "missing required argument"],
  [1, "a model without a base", ["evaluate", "tiny"], "has no base"],
  [1, "an event that is none", ["lineage", "--event", uuidV7()], "There is no event"],
  [1, "one that is decided", ["reject", "tiny", "--reason", "late"], "it is approved already"],
])("exit code %i for %s", async (code, _what, args, words) => {
  const ran = await models(...args);
  expect(ran).toMatchObject({ code, stdout: "" });
  expect(ran.stderr).toContain(words);
  expect(ran.stderr).not.toContain("    at ");
});

test("every command says what it is for", async () => {
  const { code, stdout } = await models("--help");
  expect(code).toBe(0);
  const commands = [
    "list",
    "show",
    "evaluate",
    "compare",
    "cancel",
    "lineage",
    "approve",
    "reject",
    "revoke",
  ];
  for (const name of commands) expect(stdout).toContain(`  ${name} `);
});
