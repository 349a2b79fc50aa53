import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SERVICE_TOKEN } from "../../../cloud/test/api-client.ts";
import { type RunningCloud, startCloud } from "../../../cloud/test/running-cloud.ts";
import { uuidV7 } from "../../../cloud/test/uuid-v7.ts";

const MAIN = new URL("../src/cli/main.ts", import.meta.url).pathname;
const DATASET = "d".repeat(64);
const BASE = "b".repeat(64);

let cloud: RunningCloud;
let dataDir: string;

beforeAll(async () => {
  cloud = await startCloud({});
  dataDir = await mkdtemp(join(tmpdir(), "sentinel-cli-"));
  await cloud.database.query(
    `insert into dataset_versions (dataset_id, name, query, manifest, pictures, boxes, counts, made_at,
      made_by) values ($1, 'cars', '{}', '{}', 3, 4, '{}', 1, 'Lena')`,
    [DATASET],
  );
  await cloud.database.query(
    `insert into model_versions (digest, name, layout, input_size, class_names, licence, size_bytes,
      state, made_at) values ($1, 'base', 'yolov5', 320, '["car"]', '{}', 1, 'approved', 1)`,
    [BASE],
  );
});
afterAll(async () => {
  await cloud.stop();
  await rm(dataDir, { recursive: true });
});

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

function sentinel(args: string[], env: Record<string, string> = {}): Promise<Ran> {
  const { PATH = "", HOME = "" } = process.env;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [MAIN, ...args],
      { env: { PATH, HOME, ...env } },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      },
    );
  });
}

const here = () => ({ SENTINEL_URL: cloud.httpUrl, SENTINEL_TOKEN: SERVICE_TOKEN });

test("a job is started, listed, shown, cancelled and watched to its end", async () => {
  const started = await sentinel(["train", "start", "--dataset", DATASET, "--json"], here());
  expect(started).toMatchObject({ code: 0, stderr: "" });
  const { jobId } = JSON.parse(started.stdout) as { jobId: string };
  const listed = await sentinel(["train", "list"], here());
  expect(listed.stdout).toContain(`${jobId}  queued`);
  const shown = await sentinel(["train", "show", jobId], here());
  expect(shown.stdout).toContain(`base model  base ${BASE}`);
  expect((await sentinel(["train", "cancel", jobId], here())).code).toBe(0);
  const watched = await sentinel(["train", "watch", jobId, "--json"], here());
  expect(watched.code).toBe(1);
  expect(JSON.parse(watched.stdout)).toMatchObject({ jobId, state: "cancelled" });
  const again = await sentinel(["train", "cancel", jobId], here());
  expect(again).toMatchObject({ code: 1, stdout: "" });
  expect(again.stderr).toContain("CLOUD_REFUSED: The job is over already: cancelled.");
});

test("the loop's settings are shown and changed", async () => {
  const changed = await sentinel(
    ["train", "settings", "--annotations", "12", "--off", "--json"],
    here(),
  );
  expect(JSON.parse(changed.stdout)).toMatchObject({
    settings: { annotations: 12, enabled: false },
  });
  const told = await sentinel(["train", "settings"], here());
  expect(told.stdout).toContain("off: after 12 new annotations, engine head");
});

test("the cloud is found by the flag, the environment, or the data directory", async () => {
  await writeFile(
    join(dataDir, "cli.json"),
    JSON.stringify({ url: cloud.httpUrl, token: SERVICE_TOKEN }),
  );
  for (const args of [
    ["--url", cloud.httpUrl, "--token", SERVICE_TOKEN],
    ["--data-dir", dataDir],
  ]) {
    expect((await sentinel(["train", "list", ...args])).code).toBe(0);
  }
  const empty = await mkdtemp(join(tmpdir(), "sentinel-cli-"));
  const unknown = await sentinel(["train", "list", "--data-dir", empty]);
  await rm(empty, { recursive: true });
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toContain("CLOUD_UNKNOWN: ");
});

test.each([
  [2, "a number that is none", ["train", "settings", "--annotations", "many"], "whole number"],
  [2, "an engine that is none", ["train", "start", "--dataset", DATASET, "--engine", "x"], "head"],
  [2, "no dataset", ["train", "start"], "--dataset"],
  [1, "a forged job", ["train", "show", uuidV7()], "CLOUD_REFUSED: There is no training job"],
  [1, "an id that is none", ["train", "show", "1;drop"], "CLOUD_REFUSED: jobId: "],
  [1, "no cloud there", ["train", "list", "--url", "http://127.0.0.1:9"], "CLOUD_UNREACHABLE: "],
])("exit code %i for %s", async (code, _what, args, words) => {
  const ran = await sentinel(args, here());
  expect(ran).toMatchObject({ code, stdout: "" });
  expect(ran.stderr).toContain(words);
});
