import { execFile } from "node:child_process";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { SERVICE_TOKEN } from "../../../cloud/test/api-client.ts";
import { TriageFixture } from "../../../cloud/test/triage-fixture.ts";

const MAIN = new URL("../src/cli/main.ts", import.meta.url).pathname;

let fixture: TriageFixture;

beforeAll(async () => {
  fixture = await TriageFixture.start();
});
afterAll(() => fixture.stop());
beforeEach(() => fixture.clear());

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

function triage(...args: string[]): Promise<Ran> {
  const { PATH = "", HOME = "" } = process.env;
  const env = { PATH, HOME, SENTINEL_TOKEN: SERVICE_TOKEN, SENTINEL_URL: fixture.cloud.httpUrl };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, "triage", ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}
const json = async (...args: string[]) => JSON.parse((await triage(...args, "--json")).stdout);
const kept = () =>
  fixture.query("select item_id, verdict, boxes from annotations where superseded_at is null");

test("questions are fetched, answered, skipped and taken back", async () => {
  const [first, second] = [
    await fixture.item({ priority: 2 }),
    await fixture.item({ priority: 1.5 }),
  ];
  expect(await json("summary")).toMatchObject({ open: 2, hidden: 0 });
  expect((await triage("summary")).stdout).toMatch(/^CLASS +OPEN +KEPT OUT\nperson +2 +0\nall/);
  expect(await json("next", "--class", "person")).toMatchObject([{ itemId: first }]);
  await triage("skip", first);
  expect(await json("next", "--class", "person")).toMatchObject([{ itemId: second }]);
  await triage("answer", second, "--verdict", "class", "--class", "car");
  const drawn = ["--box", "car:0.1,0.2,0.3,0.4", "--box", "0:0.5,0.5,0.5,0.5"];
  expect((await triage("answer", first, ...drawn)).stdout).toContain("Kept.");
  expect(await kept()).toEqual([
    {
      item_id: second,
      verdict: "class",
      boxes: [{ classId: 1, className: "car", box: [0.1, 0.1, 0.5, 0.5] }],
    },
    {
      item_id: first,
      verdict: "boxes",
      boxes: [
        { classId: 1, className: "car", box: [0.1, 0.2, 0.3, 0.4] },
        { classId: 0, className: "person", box: [0.5, 0.5, 0.5, 0.5] },
      ],
    },
  ]);
  expect(await json("stats")).toMatchObject({ given: 2, undone: 0, needed: { annotations: 2 } });
  expect((await triage("stats")).stdout).toContain("2 of 100 answers");
  expect(await json("undo")).toEqual({ itemId: first });
  expect(await json("undo")).toEqual({ itemId: second });
  expect((await triage("undo")).stdout).toContain("nothing to take back");
  expect(await kept()).toEqual([]);
});

test("what moved and was not detected is answered by a box", async () => {
  const itemId = await fixture.item({ className: null });
  expect(await json("next")).toMatchObject([{ itemId, className: null }]);
  const accepted = await triage("answer", itemId, "--verdict", "accept");
  expect(accepted).toMatchObject({ code: 2, stdout: "" });
  expect(accepted.stderr).toContain("say what is there by --box");
  expect((await triage("answer", itemId, "--box", "person:0,0,1,1")).code).toBe(0);
});

test("rules are tried, added, listed and removed", async () => {
  for (let index = 0; index < 3; index += 1) await fixture.answer("mara", await fixture.item());
  const item = await fixture.item();
  await fixture.answer("mara", item);
  const offer = await json("rules", "offer", item);
  expect(offer).toMatchObject({ rejects: 4, className: "person" });
  expect((await triage("rules", "offer", item)).stdout).toContain(
    "--mask 0.0500,0.0500,0.6000,0.6000",
  );
  await fixture.item();
  const place = ["--camera", "node-a/gate-1", "--class", "person"];
  const mask = ["--mask", "0.05,0.05,0.6,0.6"];
  expect((await triage("rules", "preview", ...place, ...mask)).stdout).toContain(
    "would have hidden 0 of the last 0, 0 of them accepted",
  );
  const added = await json("rules", "add", ...place, ...mask, "--note", "the flag");
  expect(added.hidden).toBe(1);
  await triage("rules", "add", ...place, "--min-score", "0.4");
  const list = await triage("rules", "list");
  expect(list.stdout).toMatch(/scores below 0\.4/);
  expect(list.stdout).toMatch(/mask 0\.050,0\.050,0\.600,0\.600 +1 \+ 0 .*the flag/);
  expect(await json("summary")).toMatchObject({ open: 0, hidden: 1 });
  expect(await json("rules", "remove", added.ruleId)).toEqual({ ruleId: added.ruleId });
  expect(await json("rules", "list")).toHaveLength(1);
  expect(await json("summary")).toMatchObject({ open: 1, hidden: 0 });
});

test.each([
  [["next", "--count", "11"], 2, "1 to 10"],
  [["answer", "x"], 2, "give --verdict, or the boxes by --box"],
  [["answer", "x", "--verdict", "maybe"], 2, "Allowed choices"],
  [["answer", "x", "--verdict", "class"], 2, "wants --class"],
  [["answer", "x", "--verdict", "boxes"], 2, "wants --box"],
  [["answer", "x", "--verdict", "accept", "--class", "car"], 2, "--class is not for accept"],
  [["answer", "x", "--box", "car:0.9,0,0.2,0.2"], 2, "in fractions"],
  [["answer", "x", "--box", "0.1,0,0.2,0.2"], 2, "class:x,y,width,height"],
  [["answer", "x", "--verdict", "accept"], 1, "itemId"],
  [["answer", crypto.randomUUID(), "--verdict", "accept"], 1, "There is no item"],
  [["rules", "add", "--camera", "gate-1", "--min-score", "0.5"], 2, "node/camera is wanted"],
  [["rules", "add", "--camera", "node-a/gate-1"], 2, "one of the two"],
  [["rules", "add", "--camera", "node-a/gate-9", "--min-score", "0.5"], 1, "There is no camera"],
  [["rules", "add", "--camera", "node-a/gate-1", "--min-score", "2"], 2, "A score above 0"],
  [["rules", "remove", "ffff"], 2, "no rule's id begins so"],
] as [string[], number, string][])("%j ends with %i and says why", async (args, code, words) => {
  const ran = await triage(...args);
  expect(ran).toMatchObject({ code, stdout: "" });
  expect(ran.stderr).toContain(words);
  expect(ran.stderr).not.toContain("    at ");
});

test("a class that the model does not know is refused with those that it knows", async () => {
  const ran = await triage("answer", await fixture.item(), "--verdict", "class", "--class", "bus");
  expect(ran).toMatchObject({ code: 2, stdout: "" });
  expect(ran.stderr).toContain("bus is no class of the model; it knows person, car");
});

test("every command says what it is for", async () => {
  const { code, stdout } = await triage("--help");
  expect(code).toBe(0);
  for (const name of ["summary", "stats", "next", "answer", "skip", "undo", "rules"]) {
    expect(stdout).toContain(`  ${name} `);
  }
  expect((await triage("answer", "--help")).stdout).toContain("Examples:");
  expect((await triage("rules", "--help")).stdout).toContain("preview");
});
